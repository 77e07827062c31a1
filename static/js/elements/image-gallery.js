// <image-gallery>: the thumbs bring their picture into view, and show which one that is.
class ImageGallery extends HTMLElement {
  connectedCallback() {
    this.thumbs = [...this.querySelectorAll("a[href^='#']")];
    this.slides = this.thumbs.map((thumb) => document.getElementById(thumb.hash.slice(1)));
    if (this.slides.length < 2) return;
    this.addEventListener("click", (event) => this.#pick(event));
    const track = this.slides[0].parentElement;
    this.observer = new IntersectionObserver((entries) => this.#mark(entries), {
      root: track,
      threshold: 0.6,
    });
    this.slides.forEach((slide) => this.observer.observe(slide));
  }

  disconnectedCallback() {
    this.observer?.disconnect();
  }

  #pick(event) {
    const place = this.thumbs.indexOf(event.target.closest("a"));
    if (place < 0) return;
    event.preventDefault();
    const slide = this.slides[place];
    slide.parentElement.scrollTo({ left: slide.offsetLeft - this.slides[0].offsetLeft, behavior: "smooth" });
  }

  #mark(entries) {
    const seen = entries.find((entry) => entry.isIntersecting);
    if (!seen) return;
    this.thumbs.forEach((thumb, place) => {
      if (this.slides[place] === seen.target) thumb.setAttribute("aria-current", "true");
      else thumb.removeAttribute("aria-current");
    });
  }
}

customElements.define("image-gallery", ImageGallery);
