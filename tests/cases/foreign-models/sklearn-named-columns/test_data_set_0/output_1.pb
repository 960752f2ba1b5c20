
output_probability2C"setosa"
versicolor"	virginica* JÅ|?Jküz<Jï9Ö32C"setosa"
versicolor"	virginica* J¿‚u?Jü”!=Já>¥42C"setosa"
versicolor"	virginica* Jjé≥<JâŒ^?J®‹=2C"setosa"
versicolor"	virginica* J)'E<J?.·>JCT?2C"setosa"
versicolor"	virginica* Jyíû=Jó¢_?J©±H=2C"setosa"
versicolor"	virginica* JjÌ%:JsÚ%>JËYV?2C"setosa"
versicolor"	virginica* J€ ¶7J´Ÿæ<JÂz?2C"setosa"
versicolor"	virginica* J±H;JAYñ>JG4?