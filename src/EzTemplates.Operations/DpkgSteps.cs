using System.Collections.Immutable;
using System.Globalization;
using EzTemplates.Domain;
using EzTemplates.Environments;
using EzTemplates.Formats.Dpkg;

namespace EzTemplates.Operations;

/// <summary>The commands by which a system's packages are configured, with what dpkg tells its scripts (dpkg(1), "Internal environment").</summary>
internal static class DpkgSteps
{
    public const string Preinst = "preinst";
    private const string ConfigureName = "dpkg --configure";

    // Every package's control members, each where a link makes it dpkg's folder of the package that is being unpacked.
    private static readonly TreePath Shelf = TreePath.Parse("/var/lib/dpkg/.ez-unpacking");

    private static readonly string Running = DpkgDatabase.Unpacking.ToString();

    /// <summary>Of those packages that have one, in their order.</summary>
    public static ImmutableArray<ConfigureStep> Preinsts(ImmutableArray<StoredPackage> packages, long epoch)
    {
        var dpkg = packages.FirstOrDefault(package => package.Row.Name == "dpkg")?.Row.Version ?? "1";
        return [.. packages.Where(HasPreinst).Select(package => new ConfigureStep($"the {Preinst} of `{package.Row.Name}`", [$"{Running}/{Preinst}", "install"])
        {
            Scripts = new StepScripts.Of($"{package.Row.Name}:{package.Row.Architecture}"),
            Link = (DpkgDatabase.Unpacking, Place(package).ToString()),
            Variables =
            [
                .. Variables(epoch),
                new("DPKG_MAINTSCRIPT_PACKAGE", package.Row.Name),
                new("DPKG_MAINTSCRIPT_PACKAGE_REFCOUNT", "1"),
                new("DPKG_MAINTSCRIPT_ARCH", package.Row.Architecture),
                new("DPKG_MAINTSCRIPT_NAME", Preinst),
                new("DPKG_RUNNING_VERSION", dpkg),
                new("DPKG_ADMINDIR", "/var/lib/dpkg"),
                new("DPKG_ROOT", ""),
            ],
        })];
    }

    /// <summary>What is to be in the tree while preinsts run.</summary>
    public static IEnumerable<DatabaseFile> Members(ImmutableArray<StoredPackage> packages) => packages.Where(HasPreinst)
        .SelectMany(package => package.Contents.Control.Select(member => new DatabaseFile.Member(Place(package).Append(member.Name), member)));

    public static ConfigureStep Configure(long epoch) =>
        new($"`{ConfigureName}`", ["dpkg", "--force-unsafe-io", "--status-fd", Number(StepScripts.Told.Descriptor), "--configure", "-a"])
        {
            Scripts = new StepScripts.Told(),
            Variables = [.. Variables(epoch)],
        };

    /// <summary>A recipe's own command, once all is configured.</summary>
    public static ConfigureStep Hook(string command, long epoch) => new($"the hook `{command}`", ["/bin/sh", "-c", command]) { Variables = [.. Variables(epoch)] };

    public static KeyValuePair<string, string>[] Variables(long epoch) =>
    [
        new("DEBIAN_FRONTEND", "noninteractive"),
        new("DEBCONF_NONINTERACTIVE_SEEN", "true"),
        new("LC_ALL", "C.UTF-8"),
        new("TERM", "dumb"),
        new("SOURCE_DATE_EPOCH", Number(epoch)),
    ];

    public static bool HasPreinst(StoredPackage package) => package.Contents.Control.Any(member => member.Name == Preinst);

    private static TreePath Place(StoredPackage package) => Shelf.Append($"{package.Row.Name}:{package.Row.Architecture}");

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
