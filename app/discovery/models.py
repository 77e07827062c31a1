"""Words that products are found by."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base


class VocabularyWord(Base):
    """A folded word of the catalogue; slips of the pen are corrected to the nearest of these.

    Rebuilt by `discovery.vocabulary`. A child's words are corrected only to words of goods that
    are for children.
    """

    __tablename__ = "vocabulary"
    __table_args__ = (
        Index(
            "ix_vocabulary_word_trigram",
            "word",
            postgresql_using="gin",
            postgresql_ops={"word": "gin_trgm_ops"},
        ),
        Index("ix_vocabulary_word_prefix", "word", postgresql_ops={"word": "text_pattern_ops"}),
    )

    word: Mapped[str] = mapped_column(primary_key=True)
    products: Mapped[int]  # in how many it occurs
    for_children: Mapped[bool]
