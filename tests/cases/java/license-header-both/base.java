/*
 * Copyright 2019 A
 */
class T {}
