"""What the tenant's page says besides its questions. French first; another language only where all of it is written."""

from __future__ import annotations

EMERGENCY = (
    "En cas de danger immédiat, appelez d’abord le 18 ou le 112. Pour une odeur ou une fuite de gaz, appelez "
    "le 0 800 47 33 33, jour et nuit, de l’extérieur du logement."
)
"""What anybody who may be in danger reads, in French; call-backs say it too."""
_FRENCH = {
    "emergency": EMERGENCY,
    "begin": "Commencer",
    "resume": "Reprendre où vous en étiez",
    "about": "Environ {n} min. Vous pouvez vous arrêter et reprendre avec le même lien.",
    "protected": "Votre réponse n’est pas transmise avec votre nom.",
    "how": "Comment nous la protégeons",
    "decline": "Ne pas répondre, ou ne plus être sollicité",
    "open_until": "Enquête ouverte jusqu’au {day}.",
    "review": "Relisez, puis envoyez",
    "review_lead": "Rien n’est encore envoyé.",
    "change": "Changer",
    "blank": "Sans réponse",
    "send": "Envoyer mes réponses",
    "missing": "Il manque une réponse.",
    "chosen": "Vous avez répondu",
    "confirm": "Confirmer ma réponse",
    "not_sent": "Rien n’est encore envoyé. Une seule réponse par logement.",
    "thanks": "Merci. Votre réponse est enregistrée.",
    "thanks_next": "Elle rejoint celles des autres locataires, sans votre nom. {landlord} lira les résultats quand "
    "assez de réponses seront réunies.",
    "close_page": "Vous pouvez fermer cette page.",
    "details": "Voulez-vous préciser ?",
    "details_lead": "C’est facultatif.",
    "send_details": "Envoyer ces précisions",
    "details_kept": "Vos précisions sont enregistrées.",
    "refuse_title": "Vous ne voulez pas répondre ?",
    "refuse_lead": "Répondre n’est pas obligatoire, et ne change rien à votre bail ni aux services que vous recevez.",
    "refuse_one": "Je ne souhaite pas répondre à cette enquête",
    "refuse_one_lead": "Vous ne recevrez pas de rappel pour cette enquête.",
    "refuse_all": "Ne plus me solliciter",
    "refuse_all_lead": "{landlord} ne vous enverra plus aucune enquête, par aucun moyen.",
    "refusal_kept": "C’est noté : vous ne recevrez pas de rappel pour cette enquête.",
    "objected": "C’est noté : vous ne recevrez plus d’enquête de {landlord}.",
    "refused_still": "Vous pouvez encore répondre si vous changez d’avis.",
    "back_to": "Revenir à l’enquête",
    "over": "Cette enquête est terminée",
    "over_lead": "Elle ne reçoit plus de réponses. Merci de votre intérêt.",
    "not_yet": "Cette enquête n’est pas encore ouverte",
    "not_yet_lead": "Revenez avec le même lien à partir du {day}.",
    "unknown": "Ce lien ne mène à aucune enquête",
    "unknown_lead": "Vérifiez qu’il est entier, ou reprenez celui du message reçu.",
    "notice_title": "Ce que devient votre réponse",
    "notice_who": "Qui vous interroge",
    "notice_who_text": "{landlord}, votre bailleur, qui répond de cette enquête. Palier est l’outil qu’il emploie.",
    "notice_why": "Pourquoi",
    "notice_why_text": "Le bailleur mesure la qualité du service rendu : c’est son intérêt légitime et l’un de ses engagements.",
    "notice_what": "Ce qui est gardé",
    "notice_what_text": "Vos coordonnées, celles que le bailleur avait déjà, servent à vous envoyer ce lien. Qui a répondu et "
    "ce qui a été répondu sont gardés à part : rien ne relie votre réponse à vous. Elle garde l’agence, la résidence ou le "
    "moyen de réponse seulement quand cinq réponses au moins les partagent.",
    "notice_draft": "Tant que vous n’avez pas envoyé, votre réponse en cours est chiffrée : seul votre lien la lit.",
    "notice_long": "Combien de temps",
    "notice_long_text": "Réponse en cours : jusqu’à la clôture. Texte libre : {words} mois. Coordonnées dans cette enquête : "
    "{months} mois après la clôture. Les chiffres restent.",
    "kept_title": "Ce qui est gardé, et combien de temps",
    "notice_rights": "Vos droits",
    "notice_rights_text": "Vous pouvez ne pas répondre, vous opposer à toute enquête, demander vos coordonnées, les faire "
    "corriger ou effacer, en écrivant à votre bailleur. Une réponse envoyée ne peut plus être retrouvée, ni par vous ni par "
    "nous : c’est ce qui la protège. Vous pouvez aussi saisir la CNIL (cnil.fr).",
}
_ENGLISH = {
    "emergency": "In immediate danger, first call 18 or 112. If you smell gas or have a gas leak, call 0 800 47 33 33, day "
    "and night, from outside your home.",
    "begin": "Begin",
    "resume": "Go on where you left off",
    "about": "About {n} min. You may stop and come back with the same link.",
    "protected": "Your answer is not passed on with your name.",
    "how": "How we protect it",
    "decline": "Not answer, or not be asked again",
    "open_until": "Survey open until {day}.",
    "review": "Read again, then send",
    "review_lead": "Nothing has been sent yet.",
    "change": "Change",
    "blank": "No answer",
    "send": "Send my answers",
    "missing": "An answer is missing.",
    "chosen": "You answered",
    "confirm": "Confirm my answer",
    "not_sent": "Nothing has been sent yet. One answer per home.",
    "thanks": "Thank you. Your answer is recorded.",
    "thanks_next": "It joins those of other tenants, without your name. {landlord} will read the results when enough "
    "answers have come in.",
    "close_page": "You may close this page.",
    "details": "Would you like to say more?",
    "details_lead": "This is optional.",
    "send_details": "Send these details",
    "details_kept": "Your details are recorded.",
    "refuse_title": "You do not want to answer?",
    "refuse_lead": "Answering is not compulsory, and changes nothing to your lease or to the services you receive.",
    "refuse_one": "I would rather not answer this survey",
    "refuse_one_lead": "You will receive no reminder for this survey.",
    "refuse_all": "Do not ask me any more",
    "refuse_all_lead": "{landlord} will send you no more surveys, by any means.",
    "refusal_kept": "Noted: you will receive no reminder for this survey.",
    "objected": "Noted: you will receive no more surveys from {landlord}.",
    "refused_still": "You may still answer if you change your mind.",
    "back_to": "Back to the survey",
    "over": "This survey is over",
    "over_lead": "It takes no more answers. Thank you for your interest.",
    "not_yet": "This survey is not open yet",
    "not_yet_lead": "Come back with the same link from {day}.",
    "unknown": "This link leads to no survey",
    "unknown_lead": "Check that it is whole, or use the one in the message you received.",
    "notice_title": "What becomes of your answer",
    "notice_who": "Who is asking you",
    "notice_who_text": "{landlord}, your landlord, who is responsible for this survey. Palier is the tool it uses.",
    "notice_why": "Why",
    "notice_why_text": "The landlord measures the quality of its service: it is its legitimate interest and one of its pledges.",
    "notice_what": "What is kept",
    "notice_what_text": "Your contact details, which the landlord already had, serve to send you this link. Who answered and "
    "what was answered are kept apart: nothing ties your answer to you. It keeps the agency, the building or the means of "
    "answering only when at least five answers share them.",
    "notice_draft": "Until you send it, your answer in progress is encrypted: only your link can read it.",
    "notice_long": "For how long",
    "notice_long_text": "Answer in progress: until the close. Free text: {words} months. Contact details in this survey: {months} "
    "months after the close. Figures stay.",
    "kept_title": "What is kept, and for how long",
    "notice_rights": "Your rights",
    "notice_rights_text": "You may choose not to answer, object to any survey, ask for your contact details, have them "
    "corrected or erased, by writing to your landlord. An answer once sent can no longer be found, by you or by us: that is "
    "what protects it. You may also turn to the French data protection authority, CNIL (cnil.fr).",
}
WORDS = {"fr": _FRENCH, "en": _ENGLISH}
