"""The sentences of the page that brings the shop's authority to phones and computers."""

from collections.abc import Mapping
from dataclasses import dataclass

from config.schema import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustTexts:
    """One language's."""

    title: str
    why: str
    download: str
    check: str
    compare: str
    steps: str
    ways: tuple[tuple[str, tuple[str, ...]], ...]
    afterwards: str
    phones: str
    scan: str
    other: str


_EN = TrustTexts(
    title="Trust the inbox of {business}",
    why="The shop's own computer encrypts the inbox with a certificate of its own. Your phone or "
    "computer asks once whether to trust it. It can be used for addresses inside this network "
    "only, never for websites on the internet.",
    download="1. Download the shop's certificate",
    check="2. Compare the fingerprint",
    compare="Before you install it, compare these letters and digits with those that the shop's "
    "computer shows. If one differs, stop and tell the administrator.",
    steps="3. Install it",
    ways=(
        (
            "iPhone, iPad",
            (
                "Open this page in Safari, download the certificate and choose Allow.",
                "Settings > Profile Downloaded > Install, and enter your code.",
                "Settings > General > About > Certificate Trust Settings: switch it on.",
            ),
        ),
        (
            "Android",
            (
                "Download the certificate.",
                (
                    "Settings > Security > More security settings > Encryption & credentials > "
                    "Install a certificate > CA certificate. The names differ between makers; the "
                    'search of the settings finds "CA certificate".'
                ),
                "Choose Install anyway and the file authority.crt.",
            ),
        ),
        (
            "Windows",
            (
                "Download the certificate and open it; choose Install Certificate.",
                (
                    "Current User > Place all certificates in the following store > Trusted Root "
                    "Certification Authorities."
                ),
                "Finish, and answer Yes. In Firefox nothing else is needed since version 120.",
            ),
        ),
        (
            "macOS",
            (
                "Download the certificate and open it: Keychain Access adds it to login.",
                "Double-click it there > Trust > When using this certificate: Always Trust.",
                "Close the window and enter your password.",
            ),
        ),
    ),
    afterwards="4. Open the inbox",
    phones="For another phone",
    scan="Scan this with its camera, in the shop's Wi-Fi, or type the address:",
    other="Français",
)

_FR = TrustTexts(
    title="Faire confiance à la boîte de {business}",
    why="L’ordinateur de la boutique chiffre la boîte avec son propre certificat. Votre téléphone "
    "ou votre ordinateur demande une fois s’il peut lui faire confiance. Ce certificat ne vaut que "
    "pour des adresses de ce réseau, jamais pour des sites Internet.",
    download="1. Télécharger le certificat de la boutique",
    check="2. Comparer l’empreinte",
    compare="Avant de l’installer, comparez ces lettres et chiffres avec ceux que montre "
    "l’ordinateur de la boutique. Si un seul diffère, arrêtez et prévenez l’administrateur.",
    steps="3. L’installer",
    ways=(
        (
            "iPhone, iPad",
            (
                "Ouvrez cette page dans Safari, téléchargez le certificat et touchez Autoriser.",
                "Réglages > Profil téléchargé > Installer, puis entrez votre code.",
                (
                    "Réglages > Général > Informations > Réglages de confiance des certificats : "
                    "activez-le."
                ),
            ),
        ),
        (
            "Android",
            (
                "Téléchargez le certificat.",
                (
                    "Paramètres > Sécurité > Autres paramètres de sécurité > Chiffrement et "
                    "identifiants > Installer un certificat > Certificat CA. Les noms changent un "
                    "peu d’une marque à l’autre; cherchez « certificat CA » dans les paramètres."
                ),
                "Choisissez Installer quand même et le fichier authority.crt.",
            ),
        ),
        (
            "Windows",
            (
                "Téléchargez le certificat et ouvrez-le ; choisissez Installer un certificat.",
                (
                    "Utilisateur actuel > Placer tous les certificats dans le magasin suivant > "
                    "Autorités de certification racines de confiance."
                ),
                (
                    "Terminez et répondez Oui. Firefox n’a besoin de rien d’autre depuis la "
                    "version 120."
                ),
            ),
        ),
        (
            "macOS",
            (
                "Téléchargez le certificat et ouvrez-le : Trousseaux d’accès l’ajoute à session.",
                (
                    "Double-cliquez dessus > Se fier > Lors de l’utilisation de ce certificat : "
                    "Toujours approuver."
                ),
                "Fermez la fenêtre et entrez votre mot de passe.",
            ),
        ),
    ),
    afterwards="4. Ouvrir la boîte",
    phones="Pour un autre téléphone",
    scan="Visez ceci avec son appareil photo, sur le Wi-Fi de la boutique, ou tapez l’adresse :",
    other="English",
)

TEXTS: Mapping[Language, TrustTexts] = {Language.EN: _EN, Language.FR: _FR}
