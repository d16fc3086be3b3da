" c360: a declarative language for decisions about customers
if exists('b:current_syntax')
  finish
endif

syntax match c360Identifier '\<[A-Za-z_][A-Za-z0-9_]*\>'
syntax keyword c360Reserved and or not in is if then else case at where over lag within
syntax keyword c360Constant null true false
syntax match c360Item '\(^\s*\|[{;]\s*\)\@<=\(observed\|arrives\|expires\|none\|keep\|outcome\|link\|resolve\|hide\|forbid\|include\|maximize\|minimize\|permit\|mask\|objective\|subject\|candidates\|slots\|choose\|explore\|stable\|fallback\|owner\|approved\|ticket\|salt\|layer\|ramp\|arm\|otherwise\|first\|mixture\|best\)\>\(\s*[:=.(]\)\@!'
syntax match c360Declaration '\(^\s*\)\@<=\(edition\|module\|timezone\|use\|param\|function\|entity\|events\|profile\|consents\|actions\|limits\|exposure\|feature\|template\|apply\|mask\|score\|objective\|policy\|output\|show\|expect\|identity\|view\|constraint\|arbitrate\|experiment\|fit\|evaluate\|monitor\|release\|privacy\|federate\|test\|why\|for\)\>\(\s\+[A-Za-z_0-9"`]\)\@='
syntax match c360Verb '\(|\s*\)\@<=\(where\|select\|derive\|group\|sort\|take\|skip\|distinct\|join\|sample\|pivot\|window\|describe\)\>'
syntax match c360Clause '\<\(from\|through\|to\|of\|via\|as\|because\|unless\|when\|under\|weight\|until\|every\|after\|per\|soft\|by\|most\|above\|calendar\|for\|on\|only\|expand\)\>\(\s*[:=.(]\)\@!'
syntax match c360Window '\<over\s\+\(all\|first\|last\|calendar\|session\|since\)\>'hs=s+5 contains=c360Reserved
syntax match c360Number '\<[0-9][0-9_]*\(\.[0-9][0-9_]*\)\?\([eE][-+]\?[0-9]\+\)\?%\?'
syntax match c360Duration '\<[0-9][0-9_]*\(ms\|mo\|[smhdwqy]\)\>'
syntax match c360Time '@[0-9]\{4}-[0-9]\{2}-[0-9]\{2}\(T[0-9:.]*\(Z\|[-+][0-9:]*\)\?\)\?'
syntax match c360Role '@[A-Za-z_][A-Za-z0-9_]*'
syntax match c360QuotedName '`[^`]*`'
syntax match c360Escape '\\\([ntr"\\]\|u{[0-9A-Fa-f]\{1,6}}\)' contained
syntax region c360Text start='"' skip='\\.' end='"' oneline contains=c360Escape
syntax region c360Text start='"""' skip='\\.' end='"""' contains=c360Escape
syntax match c360Comment '#.*$' contains=@Spell
syntax match c360Documentation '##.*$' contains=@Spell

highlight default link c360Reserved Keyword
highlight default link c360Constant Constant
highlight default link c360Declaration Statement
highlight default link c360Item Keyword
highlight default link c360Verb Function
highlight default link c360Clause Keyword
highlight default link c360Window Keyword
highlight default link c360Number Number
highlight default link c360Duration Number
highlight default link c360Time Number
highlight default link c360Role PreProc
highlight default link c360QuotedName Identifier
highlight default link c360Escape SpecialChar
highlight default link c360Text String
highlight default link c360Comment Comment
highlight default link c360Documentation SpecialComment

let b:current_syntax = 'c360'
