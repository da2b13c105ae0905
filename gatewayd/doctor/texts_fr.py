"""The doctor's sentences in French; as ``texts_en``, for the same reader."""

from gatewayd.doctor.findings import Code, Sign

CAUSES: dict[Code, str] = {
    Code.CONFIG_MISSING: "gatewayd n’est pas encore configuré sur cet ordinateur : il n’y a pas de "
    "fichier de configuration.",
    Code.CONFIG_WRONG: "Le fichier de configuration contient des erreurs, gatewayd ne peut pas "
    "démarrer.",
    Code.CONFIG_ODD: "La configuration est utilisable, mais quelque chose n’y est peut-être "
    "pas ce que vous vouliez.",
    Code.CERTIFICATE_UNFIT: "Le certificat qui chiffre la page et l’API est inutilisable, "
    "ou les navigateurs le refuseront.",
    Code.CLOCK_WRONG: "L’horloge de cet ordinateur est fausse. Les messages auraient une mauvaise "
    "heure, et les envois prévus partiraient au mauvais moment.",
    Code.DAEMON_STOPPED: "gatewayd ne fonctionne pas : rien n’est envoyé ni reçu. La carte SIM, le "
    "réseau et le signal ne se vérifient que pendant qu’il fonctionne.",
    Code.DAEMON_SILENT: "gatewayd semble fonctionner, mais ne répond pas comme il le devrait.",
    Code.DAEMON_FORBIDDEN: "Vous n’avez pas le droit d’interroger gatewayd : les modems et le "
    "réseau n’ont pas pu être vérifiés.",
    Code.DAEMON_VERSION: "Le gatewayd qui fonctionne n’est pas de la même version que celui qui "
    "est installé.",
    Code.HTTP_PORT_TAKEN: "Un autre programme utilise déjà l’adresse {address}, gatewayd ne peut "
    "pas démarrer.",
    Code.STORE_UNAVAILABLE: "gatewayd ne peut pas écrire dans sa base de données. Les nouveaux "
    "messages sont refusés; ceux qui arrivent attendent sur la carte SIM.",
    Code.DISK_LOW: "Le disque qui contient les messages est presque plein.",
    Code.FOLDER_FORBIDDEN: "gatewayd n’a pas le droit d’écrire dans son dossier de données.",
    Code.FOLDER_OPEN: "Tous les utilisateurs de cet ordinateur peuvent voir le dossier où sont les "
    "messages de vos clients.",
    Code.FILES_FOREIGN: "Des fichiers du dossier de données appartiennent à un autre utilisateur, "
    "gatewayd ne peut pas y écrire. Cela arrive quand il a été lancé une fois avec sudo.",
    Code.DATABASE_DAMAGED: "La base de données est endommagée. Un disque ou une carte SD en fin de "
    "vie, ou une panne de courant, en est la cause.",
    Code.DATABASE_NEWER: "La base de données a été écrite par un gatewayd plus récent que "
    "celui-ci.",
    Code.DATABASE_NOT_CHECKED: "La base de données n’a pas pu être vérifiée au complet.",
    Code.BACKUP_OLD: "Aucune sauvegarde des messages n’a été faite ces trois derniers jours.",
    Code.NO_MODEM_CONFIGURED: "La configuration ne nomme aucun modem.",
    Code.NO_MODEM: "Aucun modem n’est branché à cet ordinateur.",
    Code.STICK_HILINK: "La clé {stick} est branchée, mais elle travaille comme un petit routeur "
    "internet (HiLink) et non comme un modem : elle ne peut pas servir ainsi aux textos.",
    Code.STICK_CDROM: "La clé {stick} est branchée, mais elle se présente encore comme un CD-ROM "
    "avec son pilote Windows.",
    Code.DEVICE_MISSING: "Le modem {subject} n’est pas là où la configuration le dit : il n’y a "
    "rien à {device}.",
    Code.DEVICE_UNUSABLE: "Ce que la configuration donne comme port du modem {subject} n’est pas "
    "le port d’un modem.",
    Code.STICK_SHARED: "Le modem {subject} ne peut pas avoir sa clé : un autre modem de la "
    "configuration l’utilise déjà, peut-être par un autre de ses ports.",
    Code.OTHER_MODEM: "Le port donné par la configuration pour le modem {subject} mène à un autre "
    "modem que celui de son imei : les ports changent de nom quand on déplace les clés.",
    Code.PORT_FORBIDDEN: "gatewayd (utilisateur {user}) n’a pas le droit d’utiliser le port du "
    "modem {subject}.",
    Code.PORT_BUSY: "Un autre programme utilise le port du modem {subject} : {process}.",
    Code.PORT_BUSY_UNSEEN: "Un autre programme utilise le port du modem {subject}; seul "
    "l’administrateur peut voir lequel.",
    Code.PORT_BUSY_MODEMMANAGER: "ModemManager, un service pour l’internet mobile, a pris le port "
    "du modem {subject}.",
    Code.MODEMMANAGER_RUNS: "ModemManager fonctionne sur cet ordinateur. Il s’empare des modems "
    "quand on les branche.",
    Code.WRONG_PORT: "La clé du modem {subject} a plusieurs ports, et celui de la configuration ne "
    "répond pas.",
    Code.PORT_SILENT: "Quelque chose est branché au port du modem {subject}, mais ne répond pas.",
    Code.NO_PORT_ANSWERS: "Il y a des ports, mais aucun modem qui y répond n’est celui de "
    "{subject}.",
    Code.NO_SIM: "Il n’y a pas de carte SIM dans le modem {subject}, ou elle fait mal contact.",
    Code.SIM_FAILURE: "Le modem {subject} ne peut pas lire sa carte SIM.",
    Code.SIM_UNCLEAR: "Le modem {subject} ne dit pas dans quel état est sa carte SIM.",
    Code.SIM_CHANGED: "Le modem {subject} contient une autre carte SIM qu’avant. gatewayd vous "
    "attend, pour ne pas mélanger deux numéros.",
    Code.SIM_PUK: "La carte SIM du modem {subject} est bloquée après de mauvais NIP et demande son "
    "code PUK.",
    Code.SIM_LOCKED: "La carte SIM du modem {subject} est bloquée et demande un autre code que son "
    "NIP.",
    Code.PIN_MISSING: "La carte SIM du modem {subject} demande un NIP (code PIN), et la "
    "configuration n’en donne pas.",
    Code.PIN_UNREADABLE: "Le fichier qui contient le NIP (code PIN) du modem {subject} ne peut pas "
    "servir.",
    Code.PIN_REFUSED: "La carte SIM du modem {subject} a refusé le NIP (code PIN). Il n’est pas "
    "essayé de nouveau, pour que la carte ne se bloque pas.",
    Code.PIN_ATTEMPTS: "Il reste trop peu d’essais à la carte SIM du modem {subject} pour risquer "
    "le NIP (code PIN).",
    Code.PHONE_SIM: "Si une carte SIM était avant dans un téléphone, les iPhone (iMessage) ou les "
    "Android (clavardage RCS) continuent peut-être d’écrire à ce téléphone : ces textos n’arrivent "
    "jamais ici.",
    Code.NOT_REGISTERED: "Le modem {subject} ne trouve pas de réseau.",
    Code.REGISTRATION_DENIED: "Le réseau refuse la carte SIM du modem {subject} : elle n’est "
    "peut-être pas activée, pas payée, ou elle est bloquée.",
    Code.ROAMING_REFUSED: "La carte SIM du modem {subject} vient d’un autre pays, et le réseau "
    "d’ici la refuse (itinérance).",
    Code.NO_SERVICE_CENTRE: "La carte SIM du modem {subject} ne connaît pas le numéro de son "
    "centre de messagerie : rien ne peut être envoyé.",
    Code.WEAK_SIGNAL: "Le signal du modem {subject} est très faible; certains textos échoueront.",
    Code.STORE_FULL: "La mémoire de messages du modem {subject} est presque pleine. Une fois "
    "pleine, plus aucun texto n’arrive.",
    Code.MUTED: "Le modem {subject} est en sourdine : il reçoit, mais n’envoie pas.",
    Code.MUTED_WAITING: "Le modem {subject} est en sourdine, et des messages l’attendent.",
    Code.LIMIT_REACHED: "Le modem {subject} a atteint une limite que vous avez fixée; les "
    "messages suivants attendent.",
    Code.SENDING_PAUSED: "Le réseau a refusé trop de messages du modem {subject} de suite : il "
    "n’en envoie plus pour un moment. Souvent, la carte SIM n’a plus de crédit.",
    Code.MODEM_UNFIT: "Le modem {subject} ne connaît pas les commandes nécessaires aux textos.",
    Code.MODEM_SICK: "Le modem {subject} a un problème, et gatewayd essaie de le régler.",
    Code.MODEM_NOT_READY: "Le modem {subject} n’est pas prêt.",
    Code.MODEM_STARTING: "Le modem {subject} démarre en ce moment.",
    Code.USB_RESET_MISSING: "Une clé bloquée au point qu’il faudrait la rebrancher ne peut pas "
    "être réinitialisée par gatewayd : le petit programme d’aide n’est pas installé.",
    Code.LOW_CREDIT: "La carte SIM du modem {subject} n’a presque plus de crédit.",
    Code.INCIDENT_OPEN: "Le modem {subject} a eu un problème qui n’est pas noté comme terminé.",
    Code.MESSAGES_UNKNOWN: "Pour certains messages, nul ne sait s’ils sont partis : le modem ou le "
    "réseau ne l’a pas dit. Leurs accusés de réception peuvent encore le dire.",
}

FIXES: dict[Code, str] = {
    Code.CONFIG_MISSING: "Lancez `gatewayd init`; il pose quelques questions et écrit le fichier. "
    "S’il y en a un ailleurs, nommez-le avec --config.",
    Code.CONFIG_WRONG: "Corrigez les lignes nommées ci-dessus, puis lancez `gatewayd config "
    "check`.",
    Code.CONFIG_ODD: "Rien, si c’est voulu; sinon, changez-le dans le fichier.",
    Code.CERTIFICATE_UNFIT: "Renouvelez le certificat, ou corrigez [http.tls]; le nouveau "
    "est pris dans la minute. Les textos continuent entre-temps.",
    Code.CLOCK_WRONG: "Laissez l’ordinateur se mettre à l’heure par internet (`sudo timedatectl "
    "set-ntp true`); sans internet, réglez l’heure à la main (`sudo timedatectl set-time`).",
    Code.DAEMON_STOPPED: "Démarrez-le : `sudo systemctl start gatewayd`, ou `gatewayd run` s’il "
    "n’est pas installé comme service.",
    Code.DAEMON_SILENT: "Redémarrez-le : `sudo systemctl restart gatewayd`. Si cela revient, "
    "`journalctl -u gatewayd -n 50` dit pourquoi.",
    Code.DAEMON_FORBIDDEN: "Lancez `sudo gatewayd doctor`.",
    Code.DAEMON_VERSION: "Redémarrez-le : `sudo systemctl restart gatewayd`.",
    Code.HTTP_PORT_TAKEN: "Arrêtez ce programme, ou choisissez un autre port avec [http] listen "
    "dans la configuration. `sudo gatewayd doctor` nomme le programme s’il ne l’est pas ci-dessus.",
    Code.STORE_UNAVAILABLE: "Vérifiez le disque : il est peut-être plein, ou en panne. Ensuite, "
    "gatewayd continue de lui-même.",
    Code.DISK_LOW: "Libérez de la place : supprimez ce qui est inutile sur ce disque, ou déplacez "
    "le dossier de données sur un disque plus grand.",
    Code.FOLDER_FORBIDDEN: "Donnez le dossier à l’utilisateur de gatewayd : `sudo chown -R {user}: "
    "{folder}`.",
    Code.FOLDER_OPEN: "Fermez-le : `sudo chmod o= {folder}`.",
    Code.FILES_FOREIGN: "Donnez-les à l’utilisateur de gatewayd : `sudo chown -R {user}: "
    "{folder}`.",
    Code.DATABASE_DAMAGED: "Arrêtez gatewayd, gardez une copie du fichier, restaurez votre "
    "dernière sauvegarde, et remplacez le disque ou la carte SD.",
    Code.DATABASE_NEWER: "Réinstallez le gatewayd plus récent, ou restaurez la sauvegarde faite "
    "avant lui.",
    Code.DATABASE_NOT_CHECKED: "Lancez `sudo gatewayd doctor` à un moment calme.",
    Code.BACKUP_OLD: "Demandez pourquoi à `systemctl status gatewayd-backup.timer "
    "gatewayd-backup`. `gatewayd backup FICHIER` en fait une maintenant.",
    Code.NO_MODEM_CONFIGURED: "Ajoutez une table [[modems]] au fichier; `gatewayd config example` "
    "en montre une.",
    Code.NO_MODEM: "Branchez le modem. S’il l’est déjà, essayez une autre prise et un autre câble, "
    "sans concentrateur.",
    Code.STICK_HILINK: "Prenez une clé qui a des ports série (docs/doctor.md en nomme), ou faites "
    "changer le micrologiciel de celle-ci pour la version « stick ».",
    Code.STICK_CDROM: "Installez le paquet qui la fait changer de mode : `sudo apt install "
    "usb-modeswitch`, puis débranchez et rebranchez la clé.",
    Code.DEVICE_MISSING: "Branchez le modem. S’il l’est déjà, son port a changé de nom : écrivez "
    'device = "auto" dans la configuration et redémarrez gatewayd.',
    Code.DEVICE_UNUSABLE: 'Écrivez device = "auto" dans la configuration et redémarrez gatewayd.',
    Code.STICK_SHARED: "Retirez l’un des deux de la configuration, ou donnez-lui le port d’une "
    "autre clé (`gatewayd modems scan` les liste), puis redémarrez gatewayd.",
    Code.OTHER_MODEM: 'Écrivez device = "auto" pour lui dans la configuration et redémarrez '
    "gatewayd; il sera trouvé par son imei sur n’importe quel port.",
    Code.PORT_FORBIDDEN: "Lancez `sudo usermod -aG {group} {user}`, puis redémarrez gatewayd (si "
    "vous le lancez vous-même, fermez et rouvrez votre session).",
    Code.PORT_BUSY: "Fermez ce programme. Un seul programme à la fois peut utiliser un modem.",
    Code.PORT_BUSY_UNSEEN: "Lancez `sudo gatewayd doctor`; il nomme le programme.",
    Code.PORT_BUSY_MODEMMANAGER: "Si cet ordinateur n’a pas besoin d’internet mobile, désactivez-"
    "le : `sudo systemctl disable --now ModemManager`.",
    Code.MODEMMANAGER_RUNS: "Si cet ordinateur n’a pas besoin d’internet mobile, désactivez-le : "
    "`sudo systemctl disable --now ModemManager`.",
    Code.WRONG_PORT: 'Écrivez device = "auto" dans la configuration et redémarrez gatewayd; il '
    "trouve le bon port de lui-même.",
    Code.PORT_SILENT: "Débranchez le modem, attendez dix secondes, rebranchez-le. S’il ne répond "
    "toujours pas, essayez-le sur un autre ordinateur.",
    Code.NO_PORT_ANSWERS: "Débranchez le modem, attendez dix secondes, rebranchez-le. Si la "
    "configuration donne un imei, comparez-le à l’étiquette du modem.",
    Code.NO_SIM: "Retirez la carte SIM et remettez-la, dans le bon sens, jusqu’au déclic.",
    Code.SIM_FAILURE: "Nettoyez les contacts de la carte SIM avec un chiffon sec et remettez-la; "
    "si cela n’aide pas, essayez-la dans un téléphone, et demandez-en une nouvelle à votre "
    "opérateur.",
    Code.SIM_UNCLEAR: "Lancez `gatewayd modems restart {subject}`; si rien ne change, essayez la "
    "carte SIM dans un téléphone.",
    Code.SIM_CHANGED: "Si la nouvelle carte est la bonne, lancez `gatewayd modems confirm-sim "
    "{subject}`; sinon, remettez l’ancienne.",
    Code.SIM_PUK: "Mettez la carte SIM dans un téléphone et tapez le code PUK reçu avec elle (ou "
    "que votre opérateur vous donne), puis remettez-la.",
    Code.SIM_LOCKED: "Mettez la carte SIM dans un téléphone, voyez ce qu’elle demande, "
    "débloquez-la là (votre opérateur aide), puis remettez-la.",
    Code.PIN_MISSING: "Écrivez le NIP dans un fichier que seul gatewayd peut lire, et nommez ce "
    "fichier comme pin_file de ce modem; ou désactivez le NIP dans un téléphone.",
    Code.PIN_UNREADABLE: "Faites ce que l’indice dit de ce fichier, puis redémarrez gatewayd.",
    Code.PIN_REFUSED: "Écrivez le bon NIP dans le fichier nommé par pin_file, puis lancez "
    "`gatewayd modems restart {subject}`.",
    Code.PIN_ATTEMPTS: "Mettez la carte SIM dans un téléphone, tapez-y une fois le bon NIP, puis "
    "remettez-la.",
    Code.PHONE_SIM: "Pour iMessage : selfsolve.apple.com/deregister-imessage. Pour RCS : "
    "messages.google.com/disable-chat. Les deux envoient un code par texto au numéro; lisez-le "
    "avec `gatewayd messages list --direction in`.",
    Code.NOT_REGISTERED: "Placez le modem ou son antenne près d’une fenêtre, avec une rallonge "
    "USB. Si un téléphone avec cette carte SIM n’y trouve pas de réseau non plus, demandez à votre "
    "opérateur.",
    Code.REGISTRATION_DENIED: "Essayez la carte SIM dans un téléphone; si elle n’y marche pas non "
    "plus, demandez à votre opérateur de l’activer.",
    Code.ROAMING_REFUSED: "Prenez une carte SIM d’un opérateur de ce pays, ou demandez à "
    "l’opérateur de la carte d’autoriser l’itinérance.",
    Code.NO_SERVICE_CENTRE: "Demandez à votre opérateur le numéro du « centre SMS » et écrivez-le "
    "comme smsc de ce modem dans la configuration.",
    Code.WEAK_SIGNAL: "Placez le modem ou son antenne près d’une fenêtre, loin du métal, avec une "
    "rallonge USB.",
    Code.STORE_FULL: "Lancez `gatewayd modems restart {subject}` : il lit et vide la mémoire. Si "
    "elle se remplit encore, supprimez de vieux messages de la carte dans un téléphone.",
    Code.MUTED: "Pour qu’il envoie de nouveau : `gatewayd modems unmute {subject}`.",
    Code.MUTED_WAITING: "Laissez-le envoyer de nouveau : `gatewayd modems unmute {subject}`.",
    Code.LIMIT_REACHED: "Attendez la fin de la période, ou augmentez la limite de ce modem dans la "
    "configuration.",
    Code.SENDING_PAUSED: "Vérifiez le crédit et le forfait de la carte, ou demandez au "
    "fournisseur; puis `gatewayd modems unmute {subject}`. Un message est réessayé de temps en "
    "temps.",
    Code.MODEM_UNFIT: "Prenez un autre modem; docs/doctor.md dit lesquels conviennent.",
    Code.MODEM_SICK: "Attendez quelques minutes. Si cela dure, débranchez le modem, attendez dix "
    "secondes, rebranchez-le.",
    Code.MODEM_NOT_READY: "Débranchez le modem, attendez dix secondes, rebranchez-le. Si cela "
    "dure, envoyez-nous le fichier qu’écrit `gatewayd doctor --bundle FICHIER`.",
    Code.MODEM_STARTING: "Attendez une minute et relancez `gatewayd doctor`.",
    Code.USB_RESET_MISSING: "Installez ce programme comme le dit docs/modems.md sous « USB "
    "reset », ou rebranchez la clé à la main quand elle se bloque.",
    Code.LOW_CREDIT: "Rechargez-la. `gatewayd modems ussd {subject} CODE`, avec le code de son "
    "opérateur, dit son solde du moment.",
    Code.INCIDENT_OPEN: "Si les messages passent, rien. Sinon, envoyez-nous le fichier qu’écrit "
    "`gatewayd doctor --bundle FICHIER`.",
    Code.MESSAGES_UNKNOWN: "Voyez-les avec `gatewayd messages list --state unknown`, demandez au "
    "client, puis réglez chacun : `gatewayd messages resolve ID --as sent`, `failed` ou `resend`.",
}

SIGNS: dict[Sign, str] = {
    Sign.FILE: "fichier",
    Sign.FOLDER: "dossier",
    Sign.PROBLEMS: "détails",
    Sign.SAID: "il dit",
    Sign.STATE: "état",
    Sign.TIME: "horloge",
    Sign.NEWEST: "dernier événement",
    Sign.VERSION: "version",
    Sign.OURS: "cette version",
    Sign.ADDRESS: "adresse",
    Sign.PROCESS: "programme",
    Sign.FREE: "libre",
    Sign.BACKUP: "dernière sauvegarde",
    Sign.OWNER: "propriétaire",
    Sign.MODE: "droits",
    Sign.USER: "utilisateur de gatewayd",
    Sign.GROUP: "groupe",
    Sign.DEVICE: "port",
    Sign.OTHER_PORTS: "autres ports",
    Sign.STICK: "clé",
    Sign.USB_ID: "numéro USB",
    Sign.OPERATOR: "opérateur",
    Sign.REGISTRATION: "inscription",
    Sign.SIGNAL: "signal",
    Sign.SIM: "carte SIM",
    Sign.USED: "utilisé",
    Sign.QUEUE: "en attente",
    Sign.LIMITS: "limites",
    Sign.MESSAGES: "messages",
}

NOTHING_WRONG = "Tout va bien."
TROUBLES = ("{count} problème", "{count} problèmes")
NOTES = ("{count} remarque", "{count} remarques")
TROUBLE = "Problème"
NOTE = "À savoir"
FIX = "Que faire"
COLON = "\N{NO-BREAK SPACE}: "
