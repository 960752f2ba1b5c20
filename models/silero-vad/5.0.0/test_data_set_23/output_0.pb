BoutputJY
“;