"""+CME ERROR: the general errors (27.007 §9.2.1), and those of mobile data and group calls.

Data and group calls are nothing to a gateway; their errors are named because some modems answer
with them while the network refuses the SIM altogether.
"""

from typing import Final

from modem.at.error_class import ErrorClass, by_code, by_words, known

_MODEM: Final = ErrorClass.MODEM
_PERMANENT: Final = ErrorClass.PERMANENT
_TEMPORARY: Final = ErrorClass.TEMPORARY
_NOTHING: Final = ErrorClass.PROVES_NOTHING

_LOCKED: Final = "The modem is locked to a provider or company and wants its unlock code."
_RESTRICTED: Final = "The modem's other functions do not allow this at the moment."

_GENERAL: Final = (
    (0, _MODEM, "phone failure|mobile equipment failure", "The modem has failed."),
    (1, _MODEM, "no connection to phone", "The modem's radio part does not answer."),
    (2, _MODEM, "phone-adaptor link reserved|phone adapter link reserved", "The modem is in use."),
    (3, _MODEM, "operation not allowed", "The modem does not allow this at the moment."),
    (4, _PERMANENT, "operation not supported", "The modem cannot do this."),
    (5, _MODEM, "ph-sim pin required", "The modem is locked to another SIM."),
    (6, _MODEM, "ph-fsim pin required", "The modem is locked to its first SIM."),
    (7, _MODEM, "ph-fsim puk required", "The modem is locked to its first SIM, and blocked."),
    (10, _MODEM, "sim not inserted", "There is no SIM in the modem, or it has no contact."),
    (
        11,
        _MODEM,
        "sim pin required",
        "The SIM waits for its PIN. Set pin_file for this modem.",
    ),
    (
        12,
        _MODEM,
        "sim puk required",
        "The SIM is locked after wrong PINs and wants its PUK. Unlock it in a phone.",
    ),
    (13, _MODEM, "sim failure", "The SIM does not work. Clean it, else have it replaced."),
    (14, _TEMPORARY, "sim busy", "The SIM is still starting up."),
    (15, _MODEM, "sim wrong", "The modem cannot use this SIM."),
    (16, _PERMANENT, "incorrect password", "The PIN or password is wrong."),
    (17, _MODEM, "sim pin2 required", "The SIM wants its PIN2."),
    (18, _MODEM, "sim puk2 required", "The SIM is locked and wants its PUK2."),
    (20, _MODEM, "memory full", "The modem's or the SIM's memory is full."),
    (21, _PERMANENT, "invalid index", "There is no such place in the modem's memory."),
    (22, _PERMANENT, "not found", "The modem does not find what was asked for."),
    (23, _MODEM, "memory failure", "The modem's or the SIM's memory has failed."),
    (24, _PERMANENT, "text string too long", "The text is too long for the modem."),
    (25, _PERMANENT, "invalid characters in text string", "The modem refuses the text."),
    (26, _PERMANENT, "dial string too long", "The number is too long for the modem."),
    (27, _PERMANENT, "invalid characters in dial string", "The modem refuses the number."),
    (
        30,
        _TEMPORARY,
        "no network service",
        "There is no mobile network. Check antenna and place.",
    ),
    (31, _NOTHING, "network timeout|network time-out", "The network did not answer in time."),
    (
        32,
        _MODEM,
        "network not allowed - emergency calls only|network not allowed",
        "The network lets this SIM make emergency calls only. Ask the provider.",
    ),
    (40, _MODEM, "network personalization pin required", _LOCKED),
    (41, _MODEM, "network personalization puk required", _LOCKED),
    (42, _MODEM, "network subset personalization pin required", _LOCKED),
    (43, _MODEM, "network subset personalization puk required", _LOCKED),
    (44, _MODEM, "service provider personalization pin required", _LOCKED),
    (45, _MODEM, "service provider personalization puk required", _LOCKED),
    (46, _MODEM, "corporate personalization pin required", _LOCKED),
    (47, _MODEM, "corporate personalization puk required", _LOCKED),
    (48, _MODEM, "hidden key required", "The modem wants a hidden key."),
    (49, _PERMANENT, "eap method not supported", "The modem cannot do this kind of log-in."),
    (50, _PERMANENT, "incorrect parameters", "The modem does not understand the command."),
    (51, _MODEM, "command implemented but currently disabled", "The modem has this switched off."),
    (52, _TEMPORARY, "command aborted by user", "The command was broken off."),
    (
        53,
        _MODEM,
        "not attached to network due to mt functionality restrictions",
        "The modem's own settings keep it off the network.",
    ),
    (
        54,
        _MODEM,
        "modem not allowed - mt restricted to emergency calls only",
        "The network lets this modem make emergency calls only.",
    ),
    (
        55,
        _MODEM,
        "operation not allowed because of mt functionality restrictions",
        _RESTRICTED,
    ),
    (
        *(
            56,
            _PERMANENT,
            "fixed dial number only allowed - called number is not a fixed dial number",
        ),
        "The SIM allows its fixed list of numbers only (FDN).",
    ),
    (57, _TEMPORARY, "temporarily out of service due to other mt usage", _RESTRICTED),
    (58, _PERMANENT, "language/alphabet not supported", "The modem does not know this alphabet."),
    (59, _PERMANENT, "unexpected data value", "The modem does not understand the command."),
    (60, _MODEM, "system failure", "The modem has failed."),
    (61, _PERMANENT, "data missing", "The modem misses a part of the command."),
    (62, _PERMANENT, "call barred", "Calls are barred on this SIM."),
    (
        63,
        _TEMPORARY,
        "message waiting indication subscription failure",
        "The network does not tell of voice mail.",
    ),
    (100, _NOTHING, "unknown|unknown error", "The modem failed and does not say why."),
    (
        515,
        _TEMPORARY,
        "please wait, init or command processing in progress",
        "The modem is still starting up, or busy.",
    ),
)

# 27.007 §9.2.2: refusals to attach; the network does not want this SIM or modem, or not here.
_ATTACH: Final = (
    (103, _MODEM, "illegal ms"),
    (106, _MODEM, "illegal me"),
    (107, _MODEM, "gprs services not allowed"),
    (108, _MODEM, "gprs services and non-gprs services not allowed"),
    (111, _MODEM, "plmn not allowed"),
    (112, _MODEM, "location area not allowed"),
    (113, _MODEM, "roaming not allowed in this location area"),
    (114, _MODEM, "gprs services not allowed in this plmn"),
    (115, _TEMPORARY, "no suitable cells in location area"),
    (122, _TEMPORARY, "congestion"),
    (125, _MODEM, "not authorized for this csg"),
    (172, _MODEM, "semantically incorrect message"),
    (173, _MODEM, "mandatory information element error"),
    (174, _MODEM, "information element non-existent or not implemented"),
    (175, _MODEM, "conditional ie error"),
    (176, _MODEM, "protocol error, unspecified"),
)

# 27.007 §9.2.2.2 to §9.2.2.4: mobile data.
_DATA: Final = (
    (126, _TEMPORARY, "insufficient resources"),
    (127, _PERMANENT, "missing or unknown apn"),
    (128, _PERMANENT, "unknown pdp address or pdp type"),
    (129, _PERMANENT, "user authentication failed"),
    (130, _PERMANENT, "activation rejected by ggsn, serving gw or pdn gw"),
    (131, _PERMANENT, "activation rejected, unspecified"),
    (132, _PERMANENT, "service option not supported"),
    (133, _PERMANENT, "requested service option not subscribed"),
    (134, _TEMPORARY, "service option temporarily out of order"),
    (140, _PERMANENT, "feature not supported"),
    (141, _PERMANENT, "semantic errors in the tft operation"),
    (142, _PERMANENT, "syntactical errors in the tft operation"),
    (143, _PERMANENT, "unknown pdp context"),
    (144, _PERMANENT, "semantic errors in packet filter(s)"),
    (145, _PERMANENT, "syntactical errors in packet filter(s)"),
    (146, _PERMANENT, "pdp context without tft already activated"),
    (148, _NOTHING, "unspecified gprs error"),
    (149, _PERMANENT, "pdp authentication failure"),
    (150, _PERMANENT, "invalid mobile class"),
    (171, _PERMANENT, "last pdn disconnection not allowed"),
    (177, _PERMANENT, "operator determined barring"),
    (178, _TEMPORARY, "maximum number of pdp contexts reached"),
    (179, _PERMANENT, "requested apn not supported in current rat and plmn combination"),
    (180, _PERMANENT, "request rejected, bearer control mode violation"),
    (181, _PERMANENT, "unsupported qci value"),
    (182, _TEMPORARY, "user data transmission via control plane is congested"),
)

# 27.007 §9.2.3: voice group calls.
_GROUP_CALLS: Final = (
    (151, _PERMANENT, "vbs/vgcs not supported by the network"),
    (152, _PERMANENT, "no service subscription on sim"),
    (153, _PERMANENT, "no subscription for group id"),
    (154, _PERMANENT, "group id not activated on sim"),
    (155, _PERMANENT, "no matching notification"),
    (156, _PERMANENT, "vbs/vgcs call already present"),
    (157, _TEMPORARY, "congestion"),
    (158, _TEMPORARY, "network failure"),
    (159, _TEMPORARY, "uplink busy"),
    (160, _PERMANENT, "no access rights for sim file"),
    (161, _PERMANENT, "no subscription for priority"),
    (162, _PERMANENT, "operation not applicable or not possible"),
    (163, _PERMANENT, "group id prefixes not supported"),
    (164, _PERMANENT, "group id prefixes not usable for vbs"),
    (165, _PERMANENT, "group id prefix value invalid"),
)

_KNOWN: Final = (
    *(known(*row) for row in _GENERAL),
    *(
        known(code, error_class, said, f"{opening} ({said}).")
        for opening, rows in (
            ("The network refuses this SIM or modem", _ATTACH),
            ("Mobile data was refused, which texting does not need", _DATA),
            ("A group call was refused, which texting does not need", _GROUP_CALLS),
        )
        for code, error_class, said in rows
    ),
)

ERRORS: Final = by_code(_KNOWN)
BY_WORDS: Final = by_words(_KNOWN)
