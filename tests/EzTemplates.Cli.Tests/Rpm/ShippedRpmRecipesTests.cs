using System.Text.RegularExpressions;
using EzTemplates.Domain;
using EzTemplates.Operations;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests.Rpm;

/// <summary>
/// The shipped RPM recipes, as they are but for the keys, on a generated repository with packages of the same names: their own mirrors are
/// out of a test's reach.
/// </summary>
public sealed partial class ShippedRpmRecipesTests : IDisposable
{
    private readonly RpmRecipes _ground = new();

    public void Dispose() => _ground.Dispose();

    [Theory]
    [InlineData("rocky-9", "rocky-release", "dnf")]
    [InlineData("fedora-44", "fedora-release-container", "dnf5")]
    [InlineData("opensuse-leap-15.6", "openSUSE-release", "zypper")]
    public void An_OS_and_nginx_on_it_are_locked(string os, string release, string manager)
    {
        var libc = new GeneratedRpm("glibc", "2.40") { Provides = ["libc.so.6()(64bit)"], Requires = ["glibc-langpack = 2.40-1"] };
        GeneratedRpm[] packages =
        [
            libc,
            new("glibc-all-langpacks", "2.40") { Provides = ["glibc-langpack = 2.40-1"] },
            new("glibc-minimal-langpack", "2.40") { Provides = ["glibc-langpack = 2.40-1"] },
            new(release, "1", Architecture: "noarch"),
            new("bash", "5.2") { Requires = ["libc.so.6()(64bit)"] },
            new("coreutils", "9") { Requires = ["libc.so.6()(64bit)"] },
            new(manager, "4") { Requires = ["/usr/share/bash/version"] },
            new("nginx", "1.28") { Requires = ["nginx-filesystem"] },
            new("nginx-filesystem", "1.28", Architecture: "noarch"),
        ];
        _ground.Publish(0, packages);
        var recipes = _ground.Temp.MakeFolder("recipes");
        foreach (var name in (string[])[os, "nginx-" + os])
        {
            var shipped = File.ReadAllText(Path.Combine(RepositoryRoot.Find(), "recipes", name + ".yaml"));
            File.WriteAllText(Path.Combine(recipes, name + ".yaml"), Fingerprints().Replace(shipped, "keys: " + _ground.Repository.KeyFile));
        }

        var app = Path.Combine(recipes, $"nginx-{os}.yaml");
        var file = RecipeFile.Load(app);
        Assert.All(file.Repositories, repository => Assert.IsType<KeySource.KeyFile>(repository.Keys));
        _ground.Ez.Succeed(["lock", app, .. file.Repositories.SelectMany(repository => new[] { "--mirror", $"{repository.Id}={_ground.Server.Address}" })]);
        Assert.Equal(
            [.. new[] { "bash", "coreutils", "glibc", os.StartsWith("opensuse", StringComparison.Ordinal) ? "glibc-all-langpacks" : "glibc-minimal-langpack", manager, release }.Order(StringComparer.Ordinal)],
            _ground.Rows(os).Select(row => row.Split(' ')[0]));
        Assert.Equal(["nginx", "nginx-filesystem"], _ground.Rows("nginx-" + os).Select(row => row.Split(' ')[0]));
        Assert.All(_ground.Server.Requests, request => Assert.Equal(200, request.Status));
    }

    [GeneratedRegex(@"keys: \[[0-9A-F, ]+\]", RegexOptions.CultureInvariant)]
    private static partial Regex Fingerprints();
}
