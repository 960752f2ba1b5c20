 J€çIQeG¦ÜôH¢°pHYÂ
I”C;Iü ÀHæ™¦HkŒðH:]I~ëÙHH<óH:š†H(`ƒHfë%IsÈuH'óHIã<´HÝGØ°H¿bIA~Hr8H'©¸H,WpHÒMþHn<·H˜Ï.H¿ÐÙÇbö%I¡ëH