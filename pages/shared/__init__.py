"""Code that pages share: which version they show, how text is made harmless, how a chart is framed."""
