using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>The main job on a generated repository, as a user runs it.</summary>
public sealed class UpTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly GeneratedRepository _repository;
    private readonly LocalServer _server;

    public UpTests()
    {
        Requires.Root();
        Requires.Overlay();
        Requires.Tool("dpkg-deb");
        Requires.Tool("gpgv");
        Requires.Tool("gpg");
        _repository = new GeneratedRepository();
        _server = new LocalServer(_repository.Root);
    }

    [Fact]
    public void Up_makes_an_environment_that_shows_the_package_s_files()
    {
        _repository.Publish(new PublishOptions(), new GeneratedPackage("base", "1").File("/usr/share/base/greeting", "hello\n"));
        var recipes = new RecipeFolder(_temp.At("recipes"), _repository, _server);
        var ez = new EzProgram(_temp.At("store"));

        var up = ez.Succeed("up", recipes.Os("small", "base"));
        var root = ez.Succeed("env", "path", "small").Output.TrimEnd();

        Assert.Contains("environment `small` is created, on small@1.0.0", up.Output, StringComparison.Ordinal);
        Assert.Equal("hello\n", File.ReadAllText(Path.Combine(root, "usr/share/base/greeting")));
    }

    public void Dispose()
    {
        _server.Dispose();
        _repository.Dispose();
        _temp.Dispose();
    }
}
