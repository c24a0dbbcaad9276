"""Several things to do said in one breath, told apart where it is sure."""

import datetime as dt

import pytest

from tasktalk.assistant.understand import tell_apart
from tasktalk.assistant.understanding import Context

NOW = dt.datetime(2026, 11, 23, 10, tzinfo=dt.UTC)


def apart(language: str, text: str) -> list[str]:
    return tell_apart(text, Context(now=NOW, language=language))


@pytest.mark.parametrize(
    ("language", "marked"),
    [
        ("en", "buy milk| and |call Ana tomorrow| and |pay the rent on Friday"),
        ("en", "Okay, um, |buy milk|, |call Ana at 5 p.m|. and then |pay the rent|."),
        ("en", "Buy milk|. |Call Ana tomorrow|. And also |book the flight|!"),
        ("en", "Remind me to call Dr. Smith at 5pm|, and |buy bread"),
        ("en", "Call Ana at 5 p.m|. |Buy milk|."),
        ("en", "mark 2 as done| and |buy new batteries"),
        (
            "en",
            "i need to call mum tonight| and uh also |pick up the parcel before it closes| and oh yeah |book the train",
        ),
        ("en", "book the vet| and |tomorrow call the plumber| and |on friday evening pay the nursery"),
        ("es", "Tengo que recoger el abrigo| y luego |pasar por el banco| y |el jueves sin falta pedir cita"),
        ("fr", "je dois appeler le dentiste| et aussi que je |réserve le train| et puis |vendredi acheter du pain"),
        ("de", "ich muss noch Weber anrufen| und dann wollte ich noch |die Preisschilder drucken"),
        ("it", "devo chiamare il dentista| e poi |comprare il pane| e |domani pagare la bolletta"),
        ("nl", "ik moet de tandarts bellen| en dan |brood kopen| en |morgen de rekening betalen"),
        ("pt", "preciso ligar pro dentista| e depois |comprar pão| e |amanhã pagar a conta de luz"),
        ("es", "Compra leche| y |llama a Ana mañana| y |paga el alquiler el viernes|."),
        ("es", "Comprar leche|, |llamar a Ana| y luego |reservar el vuelo"),
        ("fr", "Acheter du lait| et |appeler Ana demain| et |payer le loyer vendredi|."),
        ("de", "Kauf Milch| und |ruf Ana morgen an| und |bezahl die Miete am Freitag|."),
        ("de", "Milch kaufen|, |Ana morgen anrufen| und |am Freitag die Miete bezahlen"),
        ("it", "Compra il latte| e |chiama Ana domani| e poi |paga l'affitto venerdì|."),
        ("nl", "Koop melk| en |bel Ana morgen| en |betaal de huur op vrijdag|."),
        ("nl", "Melk kopen|, |morgen Ana bellen| en |vrijdag de huur betalen"),
        ("pt", "Compra leite| e |liga para a Ana amanhã| e depois |paga a renda na sexta|."),
    ],
)
def test_orders_in_one_breath(language: str, marked: str) -> None:
    parts = marked.split("|")
    begin = 1 if marked.startswith("Okay") else 0
    assert apart(language, "".join(parts)) == parts[begin::2]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "buy milk and bread"),
        ("en", "buy bread, milk and eggs tomorrow"),
        ("en", "go to the shop and buy milk"),
        ("en", "write the report and send it to Ben"),
        ("en", "call Ana and ask about the garden"),
        ("en", "call Ana, Ben and Zoe on Friday"),
        ("en", "dinner with Ana and Ben at 8 p.m. on Friday"),
        ("en", "rock and roll concert on Saturday"),
        ("en", "move the meeting to Tuesday and Thursday"),
        ("en", "buy milk today and tomorrow"),
        ("en", "read Pride and Prejudice"),
        ("en", "go to the bank and then pick up the parcel"),
        ("en", "wash and dry and fold the laundry"),
        ("en", "lunch with Tom and on friday with Ana"),
        ("es", "comprar pan y leche"),
        ("es", "ir a la tienda y comprar pan"),
        ("es", "escribir el informe y enviarlo a Ben"),
        ("fr", "acheter du pain et du beurre"),
        ("fr", "appeler Ana et lui demander la date"),
        ("de", "Äpfel und Birnen kaufen"),
        ("de", "Bitte Tomaten und Gurken kaufen"),
        ("de", "Anna und morgen Ben treffen"),
        ("de", "Ruf Ana an und frag sie nach dem Garten"),
        ("it", "compra pane e latte"),
        ("it", "scrivere la relazione e mandarla a Ben"),
        ("nl", "rode tomaten en melk kopen"),
        ("nl", "koop brood en kaas"),
        ("pt", "comprar pão e leite"),
        ("pt", "ir à loja e comprar pão"),
    ],
)
def test_one_thing_stays_one(language: str, text: str) -> None:
    assert apart(language, text) == [text]


@pytest.mark.parametrize("text", ["", " ", ".", "and", "um", "ok", ", and , and ", "?!?! a. b. c.", "\x00", "y" * 9000])
@pytest.mark.parametrize("language", ["en", "es", "de", "xx"])
def test_any_text_is_something(language: str, text: str) -> None:
    assert isinstance(apart(language, text), list)
