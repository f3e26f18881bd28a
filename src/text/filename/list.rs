//! Closed lists: which extensions files have, which names are files without
//! one, and which words with a dot are products.

/// Extensions of text files, in lower case, and a few of binary ones so that
/// such a name is seen.
const EXTENSIONS: &str = "
 py pyw pyi pyx js mjs cjs ts mts cts tsx jsx htm html xhtml css scss sass
 less styl vue svelte astro java kt kts swift m mm c cc cpp cxx c++ h hh hpp
 hxx cs cshtml razor fs fsx vb go mod sum rs rb erb rake gemspec php phtml pl
 pm t lua r rmd sh bash zsh fish ksh ps1 psm1 bat cmd sql json jsonl ndjson
 json5 jsonc geojson yaml yml toml ini cfg conf config env xml xsd xsl xslt
 plist svg md mdx markdown rst adoc txt csv tsv tf tfvars hcl gradle groovy
 properties lock proto thrift graphql gql prisma sol dart ex exs eex heex erl
 hrl hs lhs ml mli elm clj cljs cljc edn scala sbt jl nim zig v d pas asm s sv
 svh vhd vhdl ejs hbs mustache pug haml slim twig liquid njk j2 jinja jinja2
 tmpl tpl tex bib sty ipynb cmake mk mak in service timer sln csproj fsproj
 vbproj vcxproj props targets xaml axaml ino nix bzl b64 dev local example
 sample dist log diff patch po pot storyboard xib podspec webmanifest wat wgsl
 glsl vert frag hlsl cu cuh f90 f95 adb ads lisp el scm rkt tcl vim awk http
 robot feature ron cue rego bicep qml gd desktop spec png jpg jpeg gif ico
 webp pdf zip";

/// Extensions that members of programs share: `x.c`, `math.log`.
const MEMBERS: &str = "
 c h r v d m t s in log dev local properties service timer go mod sum tpl
 example sample dist ex el ml lock config conf env fs props targets spec
 feature http cue less po pot vert frag diff patch desktop dart fish local";

/// Names without an extension that are files.
const BARE: &str = "
 Makefile makefile GNUmakefile Dockerfile Containerfile LICENSE LICENCE
 COPYING NOTICE AUTHORS justfile Justfile CODEOWNERS Gemfile Rakefile Procfile
 Jenkinsfile Vagrantfile Brewfile Caddyfile Pipfile Podfile Fastfile Guardfile
 Capfile Berksfile Appfile Tiltfile Earthfile Snakefile Taskfile BUILD
 WORKSPACE SConstruct SConscript";

/// Documents of which the extension is often left out.
const STEMS: &str = "README CHANGELOG CONTRIBUTING LICENSE AUTHORS";

/// Files that begin with a dot and have no other extension.
const DOT_FILES: &str = "
 .htaccess .htpasswd .editorconfig .gitattributes .gitmodules .gitconfig
 .gitkeep .keep .mailmap .profile .bash_profile .zprofile .bash_aliases
 .python-version .ruby-version .node-version .nvm-version .java-version
 .terraform-version .tool-versions .flake8 .clang-format .clang-tidy .rspec
 .browserslist .browserslistrc .envrc .nvmrc .npmrc .yarnrc .rustfmt";

/// What `.js` makes a product and seldom a file.
const LIBRARIES: &str = "
 node vue next nuxt react express three d3 p5 angular ember chart moment alpine
 socket discord backbone knockout meteor electron nest gatsby koa hapi fastify
 sails adonis strapi underscore lodash handlebars require plotly leaflet fabric
 matter babylon phaser pixi konva paper anime day math brain tensorflow ml5 tone
 howler hammer popper swiper reveal highlight prism pdf ethers web3 passport
 polymer mithril inferno preact solid qwik bun deno vanilla svelte sequelize
 aurelia riot marko ammo cannon zepto video intro";

/// Other words with a dot that are products or calls.
const PRODUCTS: &str = "
 asp.net vb.net ado.net ml.net socket.io draw.io crates.io discord.py web3.py
 llama.cpp whisper.cpp console.log fast.ai process.env";

/// Objects whose members look like files.
const RECEIVERS: &str = "
 self this super window document process console module math object res resp
 response req request np pd plt os sys torch tf std fmt logger logging log
 event data e ctx context fs re r";

/// Top-level domains before a slash.
const DOMAINS: &str = "com org net io dev ai co edu gov de uk fr";

/// Whether a list has a word. Lists are searched as text: most are asked for
/// a word that they do not have, which one search over them tells soonest.
pub(super) fn has(list: &str, word: &str) -> bool {
    let bytes = list.as_bytes();
    let free = |at: Option<usize>| {
        let byte = at.and_then(|at| bytes.get(at));
        byte.is_none_or(u8::is_ascii_whitespace)
    };
    !word.is_empty()
        && !word.contains(char::is_whitespace)
        && memchr::memmem::find_iter(bytes, word)
            .any(|at| free(at.checked_sub(1)) && free(Some(at + word.len())))
}

/// Whether an extension in lower case is listed.
pub(super) fn is_extension(extension: &str) -> bool {
    has(EXTENSIONS, extension)
}

/// Whether members of programs look as if they had this extension.
pub(super) fn is_member(extension: &str) -> bool {
    has(MEMBERS, extension)
}

/// Whether a name without an extension is a file's.
pub(super) fn is_bare_name(name: &str) -> bool {
    has(BARE, name)
}

/// Whether a word is a document's name without its extension.
pub(super) fn is_stem(word: &str) -> bool {
    has(STEMS, word)
}

/// Whether a name that begins with a dot is a file's: listed, or of the rc,
/// ignore and env kinds.
pub(super) fn is_dot_file(name: &str) -> bool {
    let Some(rest) = name.strip_prefix('.') else { return false };
    let plain = rest.split('.').next().unwrap_or_default();
    let is_word = |text: &str| {
        text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    // A class of CSS such as `.src` is shorter than the name of any rc file.
    let is_kind = is_word(plain)
        && (plain == "env"
            || plain.ends_with("ignore")
            || plain.ends_with("rc") && plain.len() > 4);
    has(DOT_FILES, name)
        || is_kind && rest.split('.').skip(1).all(|part| !part.is_empty())
}

/// Whether a word with a dot is a product, or a member of an object that
/// every program knows.
pub(super) fn is_product(word: &str) -> bool {
    let lower = word.to_lowercase();
    let Some((stem, last)) = lower.rsplit_once('.') else { return false };
    let member = is_member(last) || matches!(last, "json" | "html" | "text");
    has(PRODUCTS, &lower)
        || last == "js" && has(LIBRARIES, stem)
        || member && has(RECEIVERS, stem.split('.').next().unwrap_or_default())
}

/// Whether a path begins with a host of the internet.
pub(super) fn begins_with_host(word: &str) -> bool {
    let first = word.split_once('/').map(|(first, _)| first);
    let domain = first.and_then(|first| first.rsplit_once('.'));
    domain
        .is_some_and(|(host, domain)| !host.is_empty() && has(DOMAINS, domain))
}
