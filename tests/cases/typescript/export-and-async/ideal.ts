export async function f() {}
