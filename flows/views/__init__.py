"""The product's pages. Views are thin: queries read, operations write, templates word."""
