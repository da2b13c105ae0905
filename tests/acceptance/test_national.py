"""A Spanish text where the configuration allows the Spanish alphabet, from outside."""

from collections.abc import Callable
from typing import Any

TEXT = "Su pedido está listo. " * 6  # 132 characters, six of them beyond GSM-7
CUSTOMER = "+15145550188"


def test_one_part_instead_of_two_and_the_network_reads_the_same(
    new_gateway: Callable[[], Any],
) -> None:
    gateway = new_gateway()
    stick = gateway.stick()
    gateway.configure(tables='[sending]\nnational_shift = ["spanish"]\n')
    gateway.start()
    gateway.modem("counter", "ready")

    seen = gateway.http("POST", "/v1/messages/preview", {"text": TEXT}).json
    done = gateway.cli("send", CUSTOMER, TEXT, "--wait=delivered", "--json")

    assert (seen["encoding"], seen["national"], seen["parts"]) == ("gsm7", "spanish", 1)
    assert (seen["units_used"], seen["units_left"]) == (138, 17)
    assert done.status == 0, done.err
    assert (done.json["encoding"], done.json["national"]) == ("gsm7", "spanish")
    assert done.json["parts"] == 1
    (whole,) = stick.ledger("text", CUSTOMER)
    assert whole["text"] == TEXT
