export { a, c };
