source 'https://rubygems.org'

gem 'rails'
gem 'pg'
gem 'puma'
