export { a, b };
