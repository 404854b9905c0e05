using System.Globalization;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests.Real;

/// <summary>A signed repository, and a store that has a sound version from it.</summary>
public sealed class HostileGround : IDisposable
{
    private static readonly GeneratedPackage Base = new GeneratedPackage("base", "1").File("/usr/share/base/greeting", "hello\n");

    private readonly TempFolder _temp = new();
    private GeneratedRepository? _repository;
    private LocalServer? _server;
    private RecipeFolder? _recipes;
    private EzProgram? _ez;
    private int _builds;

    public string Archives => Path.Combine(Ez.Store, "store", "archives");

    private EzProgram Ez => _ez ??= Prepare();

    /// <summary>Publishes the next snapshot, with a package beside the sound one, and builds both.</summary>
    /// <param name="afterwards">What happens to the archive once it is published.</param>
    public ToolRun Build(Func<GeneratedRepository, GeneratedPackage> hostile, Action<GeneratedRepository>? afterwards = null)
    {
        ArgumentNullException.ThrowIfNull(hostile);
        var (ez, repository, number) = (Ez, _repository!, ++_builds);
        var package = hostile(repository);
        repository.Publish(new PublishOptions { Date = new PublishOptions().Date.AddDays(number) }, Base, package);
        afterwards?.Invoke(repository);
        return ez.Run("build", _recipes!.Os(string.Create(CultureInfo.InvariantCulture, $"hostile-{number}"), $"base, {package.Name}"));
    }

    /// <summary>All of the store but caches and locks.</summary>
    public StoreSnapshot Store() =>
        StoreSnapshot.Take(Ez.Store, "catalog.db", "catalog.db-wal", "catalog.db-shm", "store/archives", "store/metadata", "store/locks", "store/lock", "store/history");

    /// <summary>What lies beside the store.</summary>
    public StoreSnapshot Outside() => StoreSnapshot.Take(_temp.Root, "store", "recipes");

    /// <summary>The digest that the last snapshot gave for the package.</summary>
    public string Promised(GeneratedPackage package) => _repository!.Snapshots[^1].Packages.Single(published => published.Package == package).Sha256;

    public void Dispose()
    {
        _server?.Dispose();
        _repository?.Dispose();
        _temp.Dispose();
    }

    private EzProgram Prepare()
    {
        Requires.Root();
        Requires.Tool("dpkg-deb");
        Requires.Tool("gpgv");
        Requires.Tool("gpg");
        Requires.Tool("xz");
        _repository = new GeneratedRepository();
        _server = new LocalServer(_repository.Root);
        _recipes = new RecipeFolder(_temp.At("recipes"), _repository, _server);
        var ez = new EzProgram(_temp.At("store")) { WorkingDirectory = _temp.MakeFolder("here") };
        _repository.Publish(new PublishOptions(), Base);
        ez.Succeed("up", _recipes.Os("sound", "base"));
        return ez;
    }
}
