using EzTemplates.Domain;
using EzTemplates.Formats.Recipes;
using Xunit;

namespace EzTemplates.Formats.Tests.Recipes;

/// <summary>What recipes of <c>family: rpm</c> say otherwise.</summary>
public sealed class RpmRecipeYamlTests
{
    private const string Os = """
        format: 1
        name: rocky-9
        kind: os
        version: "1.0"
        family: rpm
        architecture: x86_64
        repositories:
          - {id: baseos, mirrors: [host], keys: host}
          - {id: appstream, mirrorlist: "https://example.org/list?repo=appstream-9&arch=x86_64", keys: [0123456789abcdef0123456789ABCDEF01234567], priority: 10}
          - {id: fedora, metalink: "https://example.org/metalink?repo=fedora-43", keys: fedora.asc, trust: packages, only: [nginx*], except: [nginx-all-modules]}
        packages: [bash, "NetworkManager >= 1:1.40", glibc:i686, "perl(Socket)", "libc.so.6()(64bit)", /usr/bin/awk]
        groups: [core]
        modules: ["nodejs:20"]
        exclude: [kernel-core]
        hold: [{package: openssl, version: "1:3.0.*", reason: "because"}]
        pins: [{package: NetworkManager*, source: appstream, priority: 700}, {package: "*", source: fedora, priority: 100}]
        """;

    private const string App = """
        format: 1
        name: nginx
        kind: app
        version: "1.0"
        base: rocky-9@[1.0,2.0)
        packages: [nginx, NetworkManager]
        """;

    [Fact]
    public void An_OS_is_read()
    {
        var recipe = Assert.IsType<OsRecipe>(RecipeYaml.Read(Os, "/r/rocky-9.yaml"));
        Assert.Equal((PackageFamily.Rpm, "x86_64", false), (recipe.Family, recipe.Architecture, recipe.IncludeEssential));
        Assert.Equal(["bash", "NetworkManager >= 1:1.40", "glibc:i686", "perl(Socket)", "libc.so.6()(64bit)", "/usr/bin/awk"], recipe.Packages.Select(p => p.ToString()));
        Assert.Equal(["core", "nodejs:20"], recipe.Groups.Concat(recipe.Modules));
        Assert.Equal([99, 10, 99], recipe.Repositories.Select(r => r.Priority));
        Assert.Equal([new PackagePin("NetworkManager*", "", "appstream", 700), new PackagePin("*", "", "fedora", 100)], recipe.Pins);
        Assert.Equal("https://example.org/list?repo=appstream-9&arch=x86_64", recipe.Repositories[1].MirrorList);
        Assert.Equal(["nginx*", "nginx-all-modules"], recipe.Repositories[2].Only.Concat(recipe.Repositories[2].Except));
        Assert.Equal([false, false, true], recipe.Repositories.Select(r => r.TrustPackages));
        Assert.All(recipe.Repositories, repository => Assert.Empty(repository.Suites));
    }

    [Fact]
    public void An_application_has_the_family_of_its_base()
    {
        var asked = new List<string>();
        var recipe = RecipeYaml.Read(App, "/r/nginx.yaml", template =>
        {
            asked.Add(template);
            return PackageFamily.Rpm;
        });
        Assert.Equal(["nginx", "NetworkManager"], recipe.Packages.Select(p => p.ToString()));
        Assert.Equal(["rocky-9"], asked);
        Assert.Contains("`NetworkManager` is not a package name", Assert.Throws<EzException>(() => RecipeYaml.Read(App, "n.yaml")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[core]", "[minimal]")]
    [InlineData("nodejs:20", "nodejs:18")]
    [InlineData("repo=fedora-43", "repo=fedora-44")]
    [InlineData("repo=appstream-9", "repo=appstream-8")]
    [InlineData(", trust: packages", "")]
    [InlineData("priority: 700", "priority: 701")]
    [InlineData("only: [nginx*]", "only: [nginx]")]
    [InlineData("except: [nginx-all-modules]", "except: []")]
    [InlineData("family: rpm", "family: rpm\nconfigure: none")]
    public void All_that_it_says_is_in_its_digest(string from, string to)
    {
        Assert.Contains(from, Os, StringComparison.Ordinal);
        Assert.NotEqual(RecipeYaml.Read(Os, "/r/a.yaml").Digest, RecipeYaml.Read(Os.Replace(from, to, StringComparison.Ordinal), "/r/a.yaml").Digest);
    }

    [Theory]
    [InlineData("x86_64", "amd64", "line 6, column 15: `amd64` is not an architecture of RPM", "architecture: x86_64")]
    [InlineData("family: rpm", "family: deb", "line 13, column 1: `modules` does not belong in a recipe of `family: deb`", "ez help recipe")]
    [InlineData("groups: [core]", "debconf: {}", "line 12, column 1: `debconf` does not belong in a recipe of `family: rpm`", "ez help recipe")]
    [InlineData("groups: [core]", "groups: [\"@core\"]", "line 12, column 10: `@core` is not the id of a package group", "groups: [core]")]
    [InlineData("[bash,", "[\"@core\",", "line 11, column 12: `@core` is not a package name", "groups: [core]")]
    [InlineData("nodejs:20", "nodejs", "line 13, column 11: `nodejs` is not a module with its stream", "modules: [\"nodejs:20\"]")]
    [InlineData(", source: appstream", "", "line 16, column 8: the pin says neither of which `version` nor of which `source`", "source: appstream")]
    [InlineData("NetworkManager*, source", "perl(*), source", "line 16, column 18: `perl(*)` is neither a package name nor a pattern of names", "package: nginx*")]
    [InlineData("mirrors: [host]", "suites: [x]", "line 8, column 18: `suites` does not belong in a repository of `family: rpm`", "ez help recipe")]
    [InlineData("mirrors: [host], ", "", "line 8, column 5: the repository has no `mirrors`", "add `mirrors:`; see README, \"Recipes\"")]
    [InlineData("\"https://example.org/metalink?repo=fedora-43\"", "ftp://x/y", "line 10, column 28: `ftp://x/y` is not the address of a list of mirrors", "metalink: https://...")]
    [InlineData("trust: packages", "trust: package", "line 10, column 93: `trust` is `package`; it can only be `unsigned` or `packages`", null)]
    [InlineData("[nginx*]", "[\"nginx *\"]", "line 10, column 117: `nginx *` is not a package name", "names have letters, digits and + . _ -; `*` stands for anything")]
    public void Errors(string from, string to, string message, string? hint)
    {
        var refused = Assert.Throws<EzException>(() => RecipeYaml.Read(Os.Replace(from, to, StringComparison.Ordinal), "n.yaml"));
        Assert.Equal(("`n.yaml`, " + message, hint), (refused.Message, refused.Hint));
    }
}
