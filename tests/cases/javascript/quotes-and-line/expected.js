const a = 'x';
const b = "z";
