import { b, d } from "./letters";

run(b, d);
