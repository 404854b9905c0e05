using System.Text.Json;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>A recipe that asks for a package of another architecture gets it, with its own libraries beside the native ones.</summary>
public sealed class ForeignArchitectureTests : IDisposable
{
    private readonly Ground _ground = new();

    [Fact]
    public void Its_packages_stand_beside_the_native_ones()
    {
        Publish("amd64", "i386");
        var recipe = _ground.Recipes.Os("mixed", "base, \"wine:i386\"");
        _ground.Ez.Succeed("build", recipe);

        Assert.Equal(
            [("base", "amd64"), ("lib", "amd64"), ("lib", "i386"), ("programs", "amd64"), ("wine", "i386")],
            _ground.LockJson("mixed").GetProperty("packages").EnumerateArray().Select(row => (Text(row, "name"), Text(row, "architecture"))));
        Assert.EndsWith("wine:i386 (in the recipe) -> lib:i386\n", _ground.Ez.Succeed("why", "lib:i386", "--recipe", recipe).Output, StringComparison.Ordinal);
        Assert.EndsWith("base (in the recipe) -> lib\n", _ground.Ez.Succeed("why", "lib", "--recipe", recipe).Output, StringComparison.Ordinal);
        _ground.Ez.Succeed("env", "create", "web", "--template", "mixed");
        Assert.Equal("i386\n", _ground.Read("web", "usr/lib/i386/lib.so"));
        Assert.Equal("amd64\n", _ground.Read("web", "usr/lib/amd64/lib.so"));
        Assert.Equal("both\n", _ground.Read("web", "usr/share/doc/lib"));
    }

    [Fact]
    public void An_application_that_asks_for_it_is_composed_with_another()
    {
        Publish("amd64", "i386");
        _ground.Ez.Succeed("build", _ground.Recipes.Os("small", "base"));
        _ground.Ez.Succeed("build", _ground.Recipes.App("win", "small", "\"wine:i386\""), _ground.Recipes.App("more", "small", "tool"));
        Assert.Equal("i386\n", _ground.Ez.Succeed("run", "small", "--with", "win", "--with", "more", "--", "sh", "-c", "read a < /usr/lib/i386/lib.so; echo $a").Output);
    }

    [Fact]
    public void A_recipe_that_asks_for_none_takes_none()
    {
        Publish("amd64", "i386");
        _ground.Ez.Succeed("lock", _ground.Recipes.Os("plain", "base"));
        Assert.DoesNotContain(_ground.Server.Requests, request => request.Path.Contains("binary-i386", StringComparison.Ordinal));
    }

    [Fact]
    public void One_that_the_repository_lacks_is_an_unknown_package()
    {
        Publish("amd64");
        var recipe = _ground.Recipes.Os("mixed", "base, \"lib:i386\"");
        Ground.Fails(
            _ground.Ez.Run("lock", recipe),
            3,
            "ez: `mixed` cannot be locked: `lib:i386` is asked for, but there is only lib:amd64\n"
            + $"hint: change `packages:` or `exclude:` in {recipe}, or add a repository that has what is missing");
    }

    public void Dispose() => _ground.Dispose();

    private static string Text(JsonElement row, string name) => row.GetProperty(name).GetString()!;

    private void Publish(params string[] architectures) => _ground.Repository.Publish(
        new PublishOptions { Date = Ground.Day(0), Architectures = [.. architectures] },
        [HostPrograms.Package(), Ground.Package("base", "1", "lib, programs"), Ground.Package("tool", "1"), Library("amd64"), Library("i386"), Ground.Package("wine", "1", "lib") with { Architecture = "i386" }]);

    private static GeneratedPackage Library(string architecture) =>
        new GeneratedPackage("lib", "1") { Architecture = architecture, MultiArch = "same", Compressor = "gzip" }
            .File($"/usr/lib/{architecture}/lib.so", architecture + "\n").File("/usr/share/doc/lib", "both\n");
}
