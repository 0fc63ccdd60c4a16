function f(x?: string): boolean {}
