using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests.Rpm;

/// <summary><see cref="RpmJourney"/> on small packages.</summary>
[Collection(OtherNamespaces.Name)]
public sealed class RpmJourneyTests
{
    private const string Programs = "for t in httpd wget; do ln -s busybox usr/bin/$t; done; mkdir -p usr/libexec etc/site var/lib/site usr/share/site";

    [Fact]
    public void A_user_and_a_package_of_dnfs_stand_over_an_update_and_a_roll_back()
    {
        Requires.Overlay();
        Requires.Tool("rpmbuild");
        Requires.Tool("busybox");
        using var repository = new GeneratedRpmRepository();
        using var server = new LocalServer(repository.Root);
        var first = repository.Sign(Built(1));
        Dictionary<string, byte[]>[] built = [first, repository.Sign(Built(2)).Concat(first.Where(file => IsTheSame(file.Key))).ToDictionary()];
        using var journey = new RpmJourney(new JourneyGround
        {
            Publish = number => repository.Publish(new RpmPublishOptions { Date = Ground.Day(number) }, built[number]),
            Address = server.Address,
            KeyFile = repository.KeyFile,
            Os = "base",
            App = "site",
            Extra = "extra",
            AddUser = "echo 'deploy:x:1000:1000::/:/bin/sh' >>/etc/passwd; echo 'deploy:x:1000:' >>/etc/group",
            Serve = "httpd -p 127.0.0.1:80 -h /usr/share/site && wget -qO- http://127.0.0.1/",
        });
        journey.Go(["page 1", "page 2"]);
    }

    private static bool IsTheSame(string file) => file.StartsWith("base-", StringComparison.Ordinal) || file.StartsWith("extra-", StringComparison.Ordinal);

    /// <summary>The packages of a snapshot, but for those of the first that stay in the second; the second one has a library more.</summary>
    private static Dictionary<string, byte[]> Built(int number) => new RpmSpec(
        $"""
        {(number == 1 ? RpmSpec.Base + "\n\n" + Package("extra", 1, "Requires: base", "%dir %attr(0750,extra,extra) /var/lib/site", MakeUser("extra", 301)) : "")}
        {Package("site", number, number == 1 ? "Requires: base" : "Requires: library", "%dir /usr/share/site\n/usr/share/site/index.html\n%config(noreplace) /etc/site", MakeUser("site", 300))}
        {Package("library", number, "", "%attr(4755,root,root) /usr/libexec/helper", "")}
        """,
        $"{Programs}; echo page {number} >usr/share/site/index.html; echo {number} >etc/site/settings; echo {number} >usr/libexec/helper").Build();

    private static string MakeUser(string name, int number) =>
        $"%pre -n {name}\ngrep -q ^{name}: /etc/passwd || {{ echo '{name}:x:{number}:{number}::/:/bin/false' >>/etc/passwd; echo '{name}:x:{number}:' >>/etc/group; }}\n";

    private static string Package(string name, int version, string needs, string files, string script) =>
        $"%package -n {name}\nSummary: s\nVersion: {version}\n{needs}\n%description -n {name}\nd\n{script}%files -n {name}\n{files}\n";
}
