type T = "a" | "b" | "c" | "d";
