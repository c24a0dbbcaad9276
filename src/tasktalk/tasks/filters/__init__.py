"""The filter language that web, chat and API share: read into an expression, and that turned into SQL.

    today & p1          both                    (overdue | today) & #Home     brackets
    #Home, #Work        either, as with |       !@waiting                     not
    #"Salt & Pepper"    quoted: literal         @home*                        * stands for anything

Words      today, overdue, 7 days, no date, has comments, blocked, … (all of them in `words`)
Names      #Project /Section @label +Person (also `assigned to: Ana`, `added by: me`); unknown names match nothing
Dates      date: D, due before: D, due after: D; so too deadline, start, created, completed, updated; a bare date
           is `date:`
Text       search: words, all of which must be in the title, the notes or the comments

Open tasks are implied unless the expression speaks of a status, of `completed` or of the trash. `this week` reaches
from today to Sunday, `7 days` over today and the six days after it. `&` may be left out where the next term is plain.
The errors are BadRequest with `position`, counted in characters from 0.
"""

from tasktalk.tasks.filters.expressions import All, Any, Dated, Expr, Named, Not, Search, Word
from tasktalk.tasks.filters.reader import parse

__all__ = ["All", "Any", "Dated", "Expr", "Named", "Not", "Search", "Word", "parse"]
