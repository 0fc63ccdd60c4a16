type T = "a" | "b" | "d";
