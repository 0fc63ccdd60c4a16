function f(x?: string): void {}
