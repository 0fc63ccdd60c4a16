/*
 * Copyright 2019-2020 A and B
 */
class T {}
