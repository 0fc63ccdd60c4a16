type T = "a" | "b" | "c";
