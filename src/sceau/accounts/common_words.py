"""Pieces that passwords in France are made of, without accents: habits seen everywhere, and words of the field."""

COMMON = frozenset(
    """
    motdepasse motpasse passe mdp password passwd pass secret code admin administrateur administrator root user
    utilisateur compte login connexion identifiant session test demo essai defaut default changeme letmein welcome
    bienvenue bonjour bonsoir salut coucou hello merci toto titi tata tutu azerty qwerty abc
    soleil lune etoile amour jetaime iloveyou love coeur cheri cherie doudou loulou chouchou bebe maman papa
    famille enfant princesse prince princess queen king angel ange dragon tigre lion panthere loup chat chien minou
    lapin papillon dauphin cheval poney licorne monkey shadow sunshine flower fleur rose jasmin marguerite violette
    chocolat vanille caramel fraise cerise orange citron banane cookie nutella football foot rugby tennis basket
    baseball hockey soccer marseille paris lyon toulouse bordeaux lille nantes nice strasbourg rennes france bretagne
    corse provence grenoble montpellier liverpool arsenal barcelona madrid juventus psg olympique
    lundi mardi mercredi jeudi vendredi samedi dimanche janvier fevrier mars avril juin juillet aout septembre
    octobre novembre decembre printemps automne hiver spring summer autumn winter noel vacances weekend
    nicolas thomas julien alexandre maxime antoine pierre paul jean jacques michel philippe laurent olivier camille
    marie julie sophie claire lea emma chloe manon sarah laura celine isabelle nathalie sandrine valerie caroline
    michael jordan daniel robert charlie ashley jessica jennifer andrew matthew superman batman spiderman starwars
    pokemon pikachu naruto mario minecraft fortnite master ninja killer freedom whatever trustno money argent
    docteur medecin medecine infirmier infirmiere pharmacie pharmacien hopital clinique cabinet secretariat
    secretaire accueil sante mssante medical patient ordonnance chirurgie urgence urgences radio cardio dentiste kine
    labo laboratoire biologie ehpad chu samu sceau securite securise messagerie mail email bureau travail ordinateur
    internet windows microsoft google facebook iphone samsung apple
    """.split()  # noqa: SIM905 (two hundred quoted words would hide the list)
)
