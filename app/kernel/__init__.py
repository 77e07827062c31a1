"""The shared kernel: mechanisms written once, no word of the business."""
