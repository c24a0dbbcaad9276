"""Replies of one sentence, where nothing was changed."""

from tasktalk.assistant.outcomes import Remark
from tasktalk.assistant.replies.speech import Speech, phrase

_REMARKS: dict[Remark, str] = {
    "help": phrase(
        "*What you can say*\n"
        "• _buy milk tomorrow 5pm #Home p1_ — adds a task\n"
        "• _today_, _overdue_, _this week_, _all_ — lists; then _done 1 3_\n"
        "• _done milk_, _reopen milk_, _move milk to friday_\n"
        "• _remind me about milk at 5pm_; _#Home status_\n"
        "• _daily summary_, _weekly report_, _plan my day_, _what did I finish last month_\n"
        "• answer a task's message with _friday 5pm_ or a comment; react 👍 when it is done\n"
        "• _undo_ takes the last change back, for ten minutes"
    ),
    "greeting": phrase("Hello! Tell me a task, like _buy milk tomorrow 5pm_, or say _help_."),
    "no_title": phrase("Tell me a task, like _buy milk tomorrow 5pm_."),
    "thanks": phrase("You're welcome."),
    "nothing_to_undo": phrase("There is nothing to undo: changes can be taken back for ten minutes."),
    "nothing_to_redo": phrase("There is nothing to bring back: what was undone can be done again for ten minutes."),
    "which_task": phrase("Which task do you mean? Answer its message, or say its name or its number on the last list."),
    "question_over": phrase("That question is over. Please say again what to do."),
    "no_question": phrase("There is no question open. Say _done_, _delete_ or _undo_, with the task's name."),
    "which_of_these": phrase(
        "That message shows several tasks. Say which: _done 1 3_, _move 2 to friday_, _done all_."
    ),
    "nothing_done": phrase("All right, nothing was changed."),
    "linked_already": phrase(
        "This phone is linked to {about} already. To link it to somebody else, say _unlink_ first."
    ),
    "unlinked": phrase(
        "This phone is not linked any more. To link it again, choose _Account_ in Tasktalk, then _Link my phone_."
    ),
    "on_the_phone": phrase("Say that on the phone itself. Your phones are under _Account_, too."),
    "no_words": phrase("What shall I write? Say _comment on milk: the blue one_, or answer a task's message."),
    "not_open": phrase("“{about}” is done already. Open it again first: _reopen it_."),
    "no_setting": phrase(
        "Which setting? _timezone Madrid_, _digest at 8:00_, _quiet hours 22 to 7_, _stop_ or _start_."
    ),
    "no_zone": phrase("I know no time zone “{about}”. Say a large city near you, or a name like _Europe/Madrid_."),
    "nothing_to_export": phrase("There is nothing to export yet."),
    "no_file": phrase(
        "There is no such file with “{about}”. Send me one in answer to its message, and I keep it there."
    ),
    "forget me": phrase("I cannot delete your account by chat. Ask the person who runs this server; they can."),
    "which_project": phrase("Which project? Say _archive project Home_, for example."),
    "no_project": phrase("You have no project #{about}. Say _projects_ to see them."),
    "name_taken": phrase("There is a project #{about} already."),
    "share_with_whom": phrase("I know nobody of that name. Invite them by e-mail to #{about} in the console."),
    "nothing_left": phrase("Nothing of it is left to move. Say _today_ to see the day."),
    "no_more": phrase("That was all. Say _all_ for everything that is open."),
    "no_list": phrase("There is no list to go on with. Say _today_ or _all_."),
    "not_yet": phrase("I understand, but I cannot do that yet. Say _help_ for what I can."),
    "unknown": phrase("I keep tasks, and I did not understand that. Say _help_ for examples."),
}


def remark(kind: Remark, about: str, speech: Speech) -> str:
    """Nothing changed; why."""
    if kind == "cannot_undo":
        return f"⚠️ {speech.say(about)}"
    return speech.say(_REMARKS[kind], about=about[:80])
