"""Lists from Wikidata: who holds an office or belongs to a class, by plain SPARQL 1.1, one question at a time.

queries/       the questions: SPARQL in files of their own
questions.py   what a list is made of, and the text of each question
service.py     one question to the service → a whole answer, or why there is none
answers.py     answers kept beside their list, and the values in them
sitting.py     who holds an office on a day
accounts.py    statements of handles → accounts, and what is left out
lists.py       answers → a list with a report
changes.py     what a list says now and did not say before
"""
