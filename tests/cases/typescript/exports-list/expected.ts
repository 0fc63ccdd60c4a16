export { a, b, c };
