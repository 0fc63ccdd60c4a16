require 'a'
require 'b'
