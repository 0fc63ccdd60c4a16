import { a, b, d } from "./letters";

run(b, d);
