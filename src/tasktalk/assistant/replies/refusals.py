"""Why the product refuses things, as people meet it in a conversation: these errors are said in their language."""

from tasktalk.assistant.replies.speech import phrase

REFUSALS = (
    phrase("There is no such task."),
    phrase("There is no such project."),
    phrase("There is nothing to undo."),
    phrase("You may only look at this project."),
    phrase("Only a project's owner may do this."),
    phrase("Only a project's owner says who is in it."),
    phrase("This task is not assigned to you."),
    phrase("Somebody else changed this task first."),
    phrase("This moment is past."),
    phrase("There is no room for this file among yours; those in the trash count too."),
    phrase("The upload took too long. Try again."),
    phrase("This task does not repeat."),
    phrase("This is the last one: finish or delete the task instead."),
    phrase("Quiet hours begin and end at different times."),
    phrase("This recurrence never happens."),
    phrase("Something of the same name was made since."),
    phrase("What this belonged to is gone for good."),
    phrase("This button is not one of ours for you, or it is too old."),
    phrase("That button has expired. Say it in words and I will do it."),
)
