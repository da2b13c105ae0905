"""The doctor's sentences in English: for each code the cause and the one fix; names of evidence.

For a shop owner: what it means and what to do, no jargon without need. ``{subject}`` is the modem
or stick; other names in braces are evidence (``Sign``).
"""

from gatewayd.doctor.findings import Code, Sign

CAUSES: dict[Code, str] = {
    Code.CONFIG_MISSING: "gatewayd has not been set up on this computer: there is no configuration "
    "file.",
    Code.CONFIG_WRONG: "The configuration file has mistakes, so gatewayd cannot start with it.",
    Code.CONFIG_ODD: "The configuration can be used, but part of it may not be what you meant.",
    Code.CERTIFICATE_UNFIT: "The certificate that encrypts the page and the API cannot be used, or "
    "browsers will not take it.",
    Code.CLOCK_WRONG: "This computer's clock is wrong. Messages would get wrong times, and those "
    "planned for later would leave at the wrong moment.",
    Code.DAEMON_STOPPED: "gatewayd is not running, so nothing is sent or received. SIM, network "
    "and signal can only be looked at while it runs.",
    Code.DAEMON_SILENT: "gatewayd seems to run but does not answer as it should.",
    Code.DAEMON_FORBIDDEN: "You are not allowed to ask the running gatewayd, so modems and "
    "network could not be looked at.",
    Code.DAEMON_VERSION: "An older or newer gatewayd is still running than the one installed.",
    Code.HTTP_PORT_TAKEN: "Another program already uses the address {address}, so gatewayd cannot "
    "start.",
    Code.STORE_UNAVAILABLE: "gatewayd cannot write its database now. New messages are refused; "
    "those that arrive wait on the SIM.",
    Code.DISK_LOW: "The disk that holds the messages is nearly full.",
    Code.FOLDER_FORBIDDEN: "gatewayd may not write in its data folder.",
    Code.FOLDER_OPEN: "Everybody who uses this computer can look into the data folder with your "
    "customers' messages.",
    Code.FILES_FOREIGN: "Some files in the data folder belong to another user, so gatewayd cannot "
    "write them. This happens when it was once started with sudo.",
    Code.DATABASE_DAMAGED: "The database is damaged. A failing disk or SD card, or a power cut, "
    "does this.",
    Code.DATABASE_NEWER: "The database was written by a newer gatewayd than this one.",
    Code.DATABASE_NOT_CHECKED: "The database could not be checked completely.",
    Code.BACKUP_OLD: "No backup of the messages was made in the last three days.",
    Code.NO_MODEM_CONFIGURED: "The configuration names no modem.",
    Code.NO_MODEM: "No modem is plugged into this computer.",
    Code.STICK_HILINK: "The stick {stick} is plugged in, but it works as a small internet router "
    "(HiLink) and not as a modem: it cannot be used for texts like this.",
    Code.STICK_CDROM: "The stick {stick} is plugged in, but it still pretends to be a CD-ROM with "
    "its Windows driver.",
    Code.DEVICE_MISSING: "The modem {subject} is not where the configuration says: there is "
    "nothing at {device}.",
    Code.DEVICE_UNUSABLE: "What the configuration gives as the device of modem {subject} is not a "
    "modem's port.",
    Code.STICK_SHARED: "Modem {subject} cannot have its stick: another modem of the configuration "
    "uses it already, perhaps by another of its ports.",
    Code.OTHER_MODEM: "The port that the configuration gives for modem {subject} leads to another "
    "modem than the one with its imei: ports change their names when sticks are moved.",
    Code.PORT_FORBIDDEN: "gatewayd (user {user}) has no permission to use the port of modem "
    "{subject}.",
    Code.PORT_BUSY: "Another program uses the port of modem {subject}: {process}.",
    Code.PORT_BUSY_UNSEEN: "Another program uses the port of modem {subject}; which one, only the "
    "administrator may see.",
    Code.PORT_BUSY_MODEMMANAGER: "ModemManager, a service for mobile internet, has taken the port "
    "of modem {subject}.",
    Code.MODEMMANAGER_RUNS: "ModemManager runs on this computer. It takes hold of modems when they "
    "are plugged in.",
    Code.WRONG_PORT: "The stick of modem {subject} has several ports, and the one in the "
    "configuration does not answer.",
    Code.PORT_SILENT: "Something is plugged in at the port of modem {subject}, but it does not "
    "answer.",
    Code.NO_PORT_ANSWERS: "There are ports, but no modem that answers on them is the one for "
    "{subject}.",
    Code.NO_SIM: "There is no SIM in modem {subject}, or it does not touch.",
    Code.SIM_FAILURE: "Modem {subject} cannot read its SIM.",
    Code.SIM_UNCLEAR: "Modem {subject} does not say how its SIM is.",
    Code.SIM_CHANGED: "Modem {subject} holds another SIM than before. gatewayd waits for you, so "
    "that two numbers are not mixed up.",
    Code.SIM_PUK: "The SIM of modem {subject} is locked after wrong PINs and asks for its PUK.",
    Code.SIM_LOCKED: "The SIM of modem {subject} is locked and asks for another code than its PIN.",
    Code.PIN_MISSING: "The SIM of modem {subject} asks for a PIN, and the configuration gives "
    "none.",
    Code.PIN_UNREADABLE: "The file with the PIN of modem {subject} cannot be used.",
    Code.PIN_REFUSED: "The SIM of modem {subject} refused the PIN. It is not tried again, so that "
    "the SIM does not lock itself.",
    Code.PIN_ATTEMPTS: "The SIM of modem {subject} has too few attempts left to risk the PIN.",
    Code.PHONE_SIM: "If a SIM was in a phone before, iPhones (iMessage) or Android phones (RCS "
    "chats) may go on sending to that phone: such texts never arrive here.",
    Code.NOT_REGISTERED: "Modem {subject} finds no network.",
    Code.REGISTRATION_DENIED: "The network refuses the SIM of modem {subject}: it may not be "
    "activated, not paid, or blocked.",
    Code.ROAMING_REFUSED: "The SIM of modem {subject} is from another country, and the network "
    "here refuses it (roaming).",
    Code.NO_SERVICE_CENTRE: "The SIM of modem {subject} does not know the number of its text "
    "message centre, so nothing can be sent.",
    Code.WEAK_SIGNAL: "Modem {subject} has a very weak signal; some texts will fail.",
    Code.STORE_FULL: "The message memory of modem {subject} is nearly full. When it is full, no "
    "more texts arrive.",
    Code.MUTED: "Modem {subject} is muted: it receives but does not send.",
    Code.MUTED_WAITING: "Modem {subject} is muted, and messages wait for it.",
    Code.LIMIT_REACHED: "Modem {subject} has reached a limit that you set; further messages wait.",
    Code.SENDING_PAUSED: "The network refused too many messages of modem {subject} in a row, so it "
    "sends none for a while. Often the SIM has no credit.",
    Code.MODEM_UNFIT: "Modem {subject} does not know the commands that text messages need.",
    Code.MODEM_SICK: "Modem {subject} has trouble, and gatewayd is trying to cure it.",
    Code.MODEM_NOT_READY: "Modem {subject} is not ready.",
    Code.MODEM_STARTING: "Modem {subject} is just starting.",
    Code.USB_RESET_MISSING: "A stick that hangs so that only replugging would help cannot be reset "
    "by gatewayd: the small helper for it is not installed.",
    Code.LOW_CREDIT: "The SIM of modem {subject} is low on credit.",
    Code.INCIDENT_OPEN: "Modem {subject} had a trouble that is recorded as not over.",
    Code.MESSAGES_UNKNOWN: "Of some messages nobody knows whether they were sent: the modem or the "
    "network did not say. Their delivery reports may still settle it.",
}

FIXES: dict[Code, str] = {
    Code.CONFIG_MISSING: "Run `gatewayd init`; it asks a few questions and writes the file. If "
    "there is one elsewhere, name it with --config.",
    Code.CONFIG_WRONG: "Correct the lines named above, then run `gatewayd config check`.",
    Code.CONFIG_ODD: "Nothing, if it is meant so; else change it in the file.",
    Code.CERTIFICATE_UNFIT: "Renew the certificate, or correct [http.tls]; what is new is taken up "
    "within a minute. Texts go on meanwhile.",
    Code.CLOCK_WRONG: "Let the computer set its clock from the internet (`sudo timedatectl set-ntp "
    "true`); without internet, set it by hand (`sudo timedatectl set-time`).",
    Code.DAEMON_STOPPED: "Start it: `sudo systemctl start gatewayd`, or `gatewayd run` where it is "
    "not installed as a service.",
    Code.DAEMON_SILENT: "Restart it: `sudo systemctl restart gatewayd`. If this comes back, "
    "`journalctl -u gatewayd -n 50` says why.",
    Code.DAEMON_FORBIDDEN: "Run `sudo gatewayd doctor`.",
    Code.DAEMON_VERSION: "Restart it: `sudo systemctl restart gatewayd`.",
    Code.HTTP_PORT_TAKEN: "Stop that program, or choose another port with [http] listen in the "
    "configuration. `sudo gatewayd doctor` names the program where it is not named above.",
    Code.STORE_UNAVAILABLE: "Look at the disk: it may be full, or it may fail. After that gatewayd "
    "goes on by itself.",
    Code.DISK_LOW: "Free some space: delete what is not needed on that disk, or move the data "
    "folder to a larger one.",
    Code.FOLDER_FORBIDDEN: "Give the folder to gatewayd's user: `sudo chown -R {user}: {folder}`.",
    Code.FOLDER_OPEN: "Close it: `sudo chmod o= {folder}`.",
    Code.FILES_FOREIGN: "Give them to gatewayd's user: `sudo chown -R {user}: {folder}`.",
    Code.DATABASE_DAMAGED: "Stop gatewayd, keep a copy of the file, restore your last backup, and "
    "replace the disk or SD card.",
    Code.DATABASE_NEWER: "Install the newer gatewayd again, or restore the backup that was made "
    "before it.",
    Code.DATABASE_NOT_CHECKED: "Run `sudo gatewayd doctor` at a quiet moment.",
    Code.BACKUP_OLD: "Ask `systemctl status gatewayd-backup.timer gatewayd-backup` why. "
    "`gatewayd backup FILE` makes one now.",
    Code.NO_MODEM_CONFIGURED: "Add a [[modems]] table to the file; `gatewayd config example` shows "
    "one.",
    Code.NO_MODEM: "Plug the modem in. If it is, try another socket and another cable, without a "
    "hub.",
    Code.STICK_HILINK: "Use a stick with serial ports (docs/doctor.md names some), or have this "
    "one's firmware changed to the “stick” version.",
    Code.STICK_CDROM: "Install the package that switches it: `sudo apt install usb-modeswitch`, "
    "then unplug the stick and plug it in again.",
    Code.DEVICE_MISSING: "Plug the modem in. If it is, its port has another name now: write device "
    '= "auto" in the configuration and restart gatewayd.',
    Code.DEVICE_UNUSABLE: 'Write device = "auto" in the configuration and restart gatewayd.',
    Code.STICK_SHARED: "Take one of the two out of the configuration, or give it the port of "
    "another stick (`gatewayd modems scan` lists them), and restart gatewayd.",
    Code.OTHER_MODEM: 'Write device = "auto" for it in the configuration and restart gatewayd; it '
    "is then found by its imei at any port.",
    Code.PORT_FORBIDDEN: "Run `sudo usermod -aG {group} {user}`, then restart gatewayd (log out "
    "and in again if you run it yourself).",
    Code.PORT_BUSY: "Close that program. Only one program can use a modem.",
    Code.PORT_BUSY_UNSEEN: "Run `sudo gatewayd doctor`; it names the program.",
    Code.PORT_BUSY_MODEMMANAGER: "If this computer needs no mobile internet, switch it off: `sudo "
    "systemctl disable --now ModemManager`.",
    Code.MODEMMANAGER_RUNS: "If this computer needs no mobile internet, switch it off: `sudo "
    "systemctl disable --now ModemManager`.",
    Code.WRONG_PORT: 'Write device = "auto" in the configuration and restart gatewayd; it finds '
    "the right port by itself.",
    Code.PORT_SILENT: "Unplug the modem, wait ten seconds, plug it in again. If it still does not "
    "answer, try it on another computer.",
    Code.NO_PORT_ANSWERS: "Unplug the modem, wait ten seconds, plug it in again. If the "
    "configuration gives an imei, compare it with the label of the modem.",
    Code.NO_SIM: "Take the SIM out and put it in again, the right way round, until it clicks.",
    Code.SIM_FAILURE: "Clean the SIM's contacts with a dry cloth and put it in again; if that does "
    "not help, try it in a phone, and ask your operator for a new one.",
    Code.SIM_UNCLEAR: "Run `gatewayd modems restart {subject}`; if it stays like this, try the SIM "
    "in a phone.",
    Code.SIM_CHANGED: "If the new SIM is right, run `gatewayd modems confirm-sim {subject}`; else "
    "put the old one back.",
    Code.SIM_PUK: "Put the SIM into a phone and type the PUK that came with it (or that your "
    "operator gives you), then put it back.",
    Code.SIM_LOCKED: "Put the SIM into a phone, see what it asks for, unlock it there (your "
    "operator helps), then put it back.",
    Code.PIN_MISSING: "Write the PIN into a file that only gatewayd may read, and name that file "
    "as pin_file of this modem; or switch the PIN off in a phone.",
    Code.PIN_UNREADABLE: "Do what the evidence says about that file, then restart gatewayd.",
    Code.PIN_REFUSED: "Write the right PIN into the file named as pin_file, then run `gatewayd "
    "modems restart {subject}`.",
    Code.PIN_ATTEMPTS: "Put the SIM into a phone and type the right PIN there once, then put it "
    "back.",
    Code.PHONE_SIM: "For iMessage: selfsolve.apple.com/deregister-imessage. For RCS: "
    "messages.google.com/disable-chat. Both text a code to the number; read it with `gatewayd "
    "messages list --direction in`.",
    Code.NOT_REGISTERED: "Move the modem or its antenna to a window, with a USB extension cable. "
    "If a phone with this SIM finds no network there either, ask your operator.",
    Code.REGISTRATION_DENIED: "Try the SIM in a phone; if it does not work there either, ask your "
    "operator to activate it.",
    Code.ROAMING_REFUSED: "Use a SIM of an operator of this country, or ask the SIM's operator to "
    "allow roaming.",
    Code.NO_SERVICE_CENTRE: "Ask your operator for the “SMS centre” number and write it as smsc of "
    "this modem in the configuration.",
    Code.WEAK_SIGNAL: "Move the modem or its antenna to a window, away from metal, with a USB "
    "extension cable.",
    Code.STORE_FULL: "Run `gatewayd modems restart {subject}`: it reads and empties the memory. If "
    "it fills again, delete old messages of the SIM in a phone.",
    Code.MUTED: "When it shall send again: `gatewayd modems unmute {subject}`.",
    Code.MUTED_WAITING: "Let it send again: `gatewayd modems unmute {subject}`.",
    Code.LIMIT_REACHED: "Wait until the period is over, or raise the limit of this modem in the "
    "configuration.",
    Code.SENDING_PAUSED: "Look at the SIM's credit and plan, or ask the provider; then "
    "`gatewayd modems unmute {subject}`. One message is tried again by itself now and then.",
    Code.MODEM_UNFIT: "Use another modem; docs/doctor.md says which kinds suit.",
    Code.MODEM_SICK: "Wait a few minutes. If it stays, unplug the modem, wait ten seconds, plug it "
    "in again.",
    Code.MODEM_NOT_READY: "Unplug the modem, wait ten seconds, plug it in again. If it stays, send "
    "us the file that `gatewayd doctor --bundle FILE` writes.",
    Code.MODEM_STARTING: "Wait a minute and run `gatewayd doctor` again.",
    Code.USB_RESET_MISSING: "Install the helper as docs/modems.md says under “USB reset”, or "
    "replug the stick by hand when it hangs.",
    Code.LOW_CREDIT: "Top it up. What it has now tells `gatewayd modems ussd {subject} CODE`, with "
    "its operator's code for the balance.",
    Code.INCIDENT_OPEN: "If messages come and go, nothing. Else send us the file that `gatewayd "
    "doctor --bundle FILE` writes.",
    Code.MESSAGES_UNKNOWN: "See them with `gatewayd messages list --state unknown`, ask the "
    "customer, and settle each: `gatewayd messages resolve ID --as sent`, `failed` or `resend`.",
}

SIGNS: dict[Sign, str] = {
    Sign.FILE: "file",
    Sign.FOLDER: "folder",
    Sign.PROBLEMS: "details",
    Sign.SAID: "it says",
    Sign.STATE: "state",
    Sign.TIME: "clock",
    Sign.NEWEST: "last event",
    Sign.VERSION: "version",
    Sign.OURS: "this version",
    Sign.ADDRESS: "address",
    Sign.PROCESS: "program",
    Sign.FREE: "free",
    Sign.BACKUP: "last backup",
    Sign.OWNER: "owner",
    Sign.MODE: "permissions",
    Sign.USER: "gatewayd's user",
    Sign.GROUP: "group",
    Sign.DEVICE: "port",
    Sign.OTHER_PORTS: "other ports",
    Sign.STICK: "stick",
    Sign.USB_ID: "USB id",
    Sign.OPERATOR: "operator",
    Sign.REGISTRATION: "registration",
    Sign.SIGNAL: "signal",
    Sign.SIM: "SIM",
    Sign.USED: "used",
    Sign.QUEUE: "waiting",
    Sign.LIMITS: "limits",
    Sign.MESSAGES: "messages",
}

NOTHING_WRONG = "Nothing is wrong."
TROUBLES = ("{count} trouble", "{count} troubles")
NOTES = ("{count} note", "{count} notes")
TROUBLE = "Trouble"
NOTE = "Note"
FIX = "What to do"
COLON = ": "
