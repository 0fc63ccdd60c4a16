type T = "a" | "b";
