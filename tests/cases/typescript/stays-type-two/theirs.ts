let a: boolean;
