export default b;
