export default c;
