require 'a'
require 'b'

x
