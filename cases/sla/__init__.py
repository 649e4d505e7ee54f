"""SLA: how long work may take, and one clock that says how much of it is left.

Pure: ``arithmetic`` counts, ``policies`` chooses, ``marks`` says what happens when, ``forecast`` guesses, ``words``
says it.
``operations`` write, ``queries`` read, ``listening`` hears of tasks and cases in their own transactions.
"""
