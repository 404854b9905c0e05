using EzTemplates.Domain;
using EzTemplates.Testing;

namespace EzTemplates.Operations.Tests;

public sealed class RecipeFileTests : IDisposable
{
    private const string Os = """
        format: 1
        name: small
        kind: os
        version: "1.0"
        family: deb
        architecture: amd64
        repositories:
          - {id: archive, mirrors: [host], suites: [stable], components: [main], keys: host}
        packages: [base]
        """;

    private const string App = """
        format: 1
        name: web
        kind: app
        version: "1.0"
        base: small@[1.0,2.0)
        repositories:
          - {id: extra, mirrors: [host], suites: [stable], components: [main], keys: host}
        packages: [server]
        """;

    private readonly TempFolder _temp = new();

    [Fact]
    public void An_application_brings_its_base_from_beside_it()
    {
        _temp.WriteFile("small.yaml", Os);
        var app = RecipeFile.Load(_temp.WriteFile("web.yaml", App));

        Assert.Equal("small", app.Base?.Recipe.Name);
        Assert.Equal("small", app.Os.Name);
        Assert.Equal(["archive", "extra"], app.Repositories.Select(r => r.Id));
        Assert.Equal(_temp.At("web.amd64.lock.json"), app.LockPath);
    }

    [Fact]
    public void An_OS_finds_the_locked_applications_on_it_and_tells_of_those_it_cannot_read()
    {
        var os = RecipeFile.Load(_temp.WriteFile("small.yaml", Os));
        foreach (var name in (string[])["web", "broken", "other"])
        {
            _temp.WriteFile($"{name}.amd64.lock.json", "{}");
        }

        _temp.WriteFile("web.yaml", App);
        _temp.WriteFile("broken.yaml", "format: 1\nname: [");
        _temp.WriteFile("other.yaml", Os.Replace("name: small", "name: other", StringComparison.Ordinal));
        _temp.WriteFile("unlocked.yaml", App.Replace("name: web", "name: unlocked", StringComparison.Ordinal));
        var unreadable = new List<UpdateFailure>();

        var found = os.Applications(unreadable.Add).Select(a => a.Recipe.Name).ToList();

        Assert.Equal(["web"], found);
        Assert.Equal(["broken"], unreadable.Select(failure => failure.Template));
    }

    [Fact]
    public void A_missing_base_is_named_with_what_to_do()
    {
        var failure = Assert.Throws<EzException>(() => RecipeFile.Load(_temp.WriteFile("web.yaml", App)));

        Assert.Equal(FailureKind.Usage, failure.Kind);
        Assert.Equal($"`web` needs the OS recipe `small`, and `{_temp.At("small.yaml")}` does not exist", failure.Message);
        Assert.Equal("put small.yaml beside web.yaml", failure.Hint);
    }

    [Fact]
    public void A_base_must_be_an_OS()
    {
        _temp.WriteFile("small.yaml", App.Replace("name: web", "name: small", StringComparison.Ordinal));

        var failure = Assert.Throws<EzException>(() => RecipeFile.Load(_temp.WriteFile("web.yaml", App)));

        Assert.Equal("`web` names `small` as its base, which is not an OS recipe", failure.Message);
    }

    [Fact]
    public void A_recipe_that_is_nowhere_is_a_usage_error()
    {
        var failure = Assert.Throws<EzException>(() => RecipeFile.Load(_temp.At("none.yaml")));

        Assert.Equal(FailureKind.Usage, failure.Kind);
        Assert.StartsWith($"no recipe `{_temp.At("none.yaml")}`", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_shipped_recipes_have_locks_that_fit_them()
    {
        var folder = Path.Combine(RepositoryRoot.Find(), "recipes");

        // Those of RPMs were never locked against their distributions' mirrors.
        var recipes = Directory.EnumerateFiles(folder, "*.yaml").Select(RecipeFile.Load).Where(recipe => recipe.Os.Family == PackageFamily.Deb).ToList();

        Assert.NotEmpty(recipes);
        foreach (var recipe in recipes)
        {
            var held = LockFile.RequireFitting(recipe);
            Assert.NotEmpty(held.Packages);
            Assert.Equal(recipe.Base?.Recipe.Name, held.Base?.Template);
            if (recipe.Base is { } os)
            {
                Assert.Equal(Formats.Locks.LockText.DigestOf(LockFile.RequireFitting(os)), held.Base!.LockDigest);
            }
        }
    }

    public void Dispose() => _temp.Dispose();
}
