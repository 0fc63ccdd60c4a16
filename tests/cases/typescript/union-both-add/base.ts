type A = "x" | "y";
