"""What pages and charts show, computed: each module answers one kind of question from an open version."""
