using EzTemplates.Cli.Tests.Real;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests.Rpm;

/// <summary>Real packages, rebuilt as rpms, beside dnf.</summary>
[Collection(OtherNamespaces.Name)]
public sealed class RebuiltRpmTests(RebuiltRpms real) : IClassFixture<RebuiltRpms>
{
    private const string Os = "base-files, base-passwd, bash, coreutils, dash, libc-bin, passwd";

    [Fact]
    public void Nginx_serves_over_an_update_and_a_roll_back()
    {
        RequirePeer();
        using var server = new LocalServer(real.Snapshot(0));
        using var journey = new RpmJourney(new JourneyGround
        {
            Publish = number => server.Folder = real.Snapshot(number),
            Address = server.Address,
            KeyFile = real.KeyFile,
            Os = Os,
            App = "nginx",
            Extra = "openssh-server",
            AddUser = "useradd -m deploy",
            Serve = """
                mkdir -p /var/log/nginx /var/lib/nginx && echo 'server { listen 127.0.0.1:80; root /usr/share/nginx/html; }' >/etc/nginx/conf.d/page.conf
                nginx && exec 3<>/dev/tcp/127.0.0.1/80 && printf 'GET / HTTP/1.0\r\n\r\n' >&3 && cat <&3; rm /etc/nginx/conf.d/page.conf
                """,
            Shell = "/bin/bash",
        });
        journey.Go(["Welcome to nginx!", "Welcome to nginx!"]);
    }

    [Fact]
    public void Drawn_lists_of_packages_and_all_of_them_equal_what_dnf_installs()
    {
        RequirePeer();
        var random = TestSeed.Random(nameof(RebuiltRpmTests));
        var allowed = PeerDifferences.Read(DnfComparisonTests.Allowed);
        using var server = new LocalServer(real.Snapshot(0));
        for (var round = 0; round < 6; round++)
        {
            server.Folder = real.Snapshot(round % 2);
            var names = Directory.EnumerateFiles(Path.Combine(server.Folder, "Packages")).Select(NameOf).Order(StringComparer.Ordinal).ToArray();
            var drawn = round == 0 ? names : random.GetItems(names, 1 + random.Next(8)).Distinct().ToArray();
            using var compared = new ComparedRecipes(server.Address, real.KeyFile, Os, string.Join(", ", drawn));
            var (told, paths) = compared.Compare(allowed);
            TestNotes.Write($"{string.Join(' ', drawn.Take(10))}: {paths} paths");
            Assert.True(told.Count == 0, $"{string.Join(' ', drawn)}; {TestSeed.Hint}:\n{string.Join('\n', told.Take(60))}");
        }

        // Where scriptlets have run, as in all of these, librpm has made its lock on both sides; drawn packages without any need the line.
        Assert.DoesNotContain(allowed.Unused, line => line.Path != "/var/lib/rpm/.rpm.lock");
    }

    private static void RequirePeer()
    {
        Assert.SkipUnless(TestScale.IsFull, "takes minutes: EZ_TEST_SCALE=full");
        Requires.Overlay();
        Requires.Tool("dnf");
        Requires.Tool("rpm");
    }

    /// <summary>Before the version and the release.</summary>
    private static string NameOf(string file) => string.Join('-', Path.GetFileName(file).Split('-')[..^2]);
}
