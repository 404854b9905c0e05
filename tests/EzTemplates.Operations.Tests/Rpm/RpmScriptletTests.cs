using EzTemplates.Domain;
using EzTemplates.Formats.Manifests;
using EzTemplates.Testing;

namespace EzTemplates.Operations.Tests.Rpm;

/// <summary>Systems of rpm packages, configured in the sandbox, beside what <c>rpm -i</c> makes of the same packages.</summary>
public sealed partial class RpmScriptletTests : IDisposable
{
    private const string Scripted = """
        %package -n alpha
        Summary: every kind of scriptlet
        Requires(pre): base
        %description -n alpha
        d
        %pretrans -n alpha -p <lua>
        local f = io.open("/var/pretrans", "a"); f:write("alpha pretrans " .. arg[2] .. "\n"); f:close()
        %pre -n alpha
        echo "alpha pre $1" >> /var/order
        echo 'odd-user:x:999:998::/opt/alpha:/bin/false' >> /etc/passwd
        echo 'odd-group:x:998:' >> /etc/group
        %post -n alpha -p <lua>
        local f = io.open("/var/order", "a"); f:write("alpha post " .. arg[2] .. "\n"); f:close()
        posix.symlink("alpha", "/opt/by-lua")
        %posttrans -n alpha
        echo "alpha posttrans $1" >> /var/order
        stat -c '%U:%G %a' /opt/alpha/data >> /var/order
        %triggerin -n alpha -- beta
        echo "alpha triggerin $1 $2" >> /var/order
        %filetriggerin -n alpha -- /opt/beta
        sort | sed 's/^/alpha filetrigger /' >> /var/order
        %transfiletriggerin -n alpha -- /opt/beta
        sort | sed 's/^/alpha transfiletrigger /' >> /var/order
        %files -n alpha
        %dir /opt
        %dir %attr(0750,odd-user,odd-group) /opt/alpha
        %attr(4755,odd-user,odd-group) /opt/alpha/data
        %attr(6755,nobody-known,nobody-known) /opt/alpha/stranger
        %config(noreplace) /etc/alpha.conf
        %ghost /var/lib/alpha.ghost

        %package -n beta
        Summary: what others wait for
        Requires: alpha
        %description -n beta
        d
        %post -n beta
        echo "beta post $1" >> /var/order
        echo changed >> /etc/alpha.conf
        exit 3
        %files -n beta
        %dir /opt
        /opt/beta

        """;

    private const string Install = """
        mkdir -p %{buildroot}/opt/alpha %{buildroot}/opt/beta
        echo data > %{buildroot}/opt/alpha/data; echo s > %{buildroot}/opt/alpha/stranger; echo conf > %{buildroot}/etc/alpha.conf
        echo b > %{buildroot}/opt/beta/one; ln %{buildroot}/opt/beta/one %{buildroot}/opt/beta/two; touch %{buildroot}/var/lib/alpha.ghost
        """;

    private readonly RpmGround _ground = new();

    public void Dispose() => _ground.Dispose();

    [Fact]
    public async Task A_configured_system_is_what_rpm_makes()
    {
        var files = _ground.Build($"{RpmGround.Base}\n{Scripted}", Install);
        string[] order = [files["base"], files["alpha"], files["beta"]];
        await _ground.Make("system", order);
        _ground.InstallReal("theirs", order);

        var tree = _ground.TreeOf("system");
        Assert.Equal(File.ReadAllText(_ground.At("theirs/var/order")), _ground.TextOf(tree, "/var/order"));
        Assert.Equal(RpmTree.Of(_ground.At("theirs")), RpmTree.Of(tree, path => _ground.TextOf(tree, path)));
        Assert.Contains(Author("/etc/alpha.conf"), (string?[])["beta", null]);
        Assert.Contains(_ground.Told, told => told is OperationEvent.Warning { Text: var text } && text.Contains("`beta-1-1.x86_64`", StringComparison.Ordinal));
        AssertDatabaseSatisfiesRpm();
    }

    [Fact]
    public async Task One_that_hangs_is_told_with_its_package_and_last_words()
    {
        var files = _ground.Build($"""
            {RpmGround.Base}
            %package -n slow
            Summary: one that waits
            %description -n slow
            d
            %post -n slow
            echo waiting
            sleep 1000
            %files -n slow

            """);
        Directory.CreateDirectory(_ground.At("host/etc/ez"));
        await File.WriteAllTextAsync(_ground.At("host/etc/ez/config.yaml"), "scripts: {time: 3s}\n", TestContext.Current.CancellationToken);
        var failure = await Assert.ThrowsAsync<EzException>(() => _ground.Make("system", files.Values));
        Assert.Equal(FailureKind.Environment, failure.Kind);
        Assert.StartsWith("cannot configure `system`: a scriptlet of `slow:x86_64` did not end within 3 seconds", failure.Message, StringComparison.Ordinal);
        Assert.Contains("\n  | waiting", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failing_pre_is_told_with_its_package_and_last_words()
    {
        var files = _ground.Build($"""
            {RpmGround.Base}
            %package -n bad
            Summary: s
            %description -n bad
            d
            %pre -n bad
            echo about to fail; exit 4
            %files -n bad
            """);

        var failure = await Assert.ThrowsAsync<EzException>(() => _ground.Make("system", files.Values));

        Assert.Equal(FailureKind.Environment, failure.Kind);
        Assert.StartsWith("cannot configure `system`: the %prein of `bad-1-1.x86_64` failed with status 1\n  | about to fail\n", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_application_is_laid_on_its_system_and_only_its_own_scriptlets_run()
    {
        var files = _ground.Build($"{RpmGround.Base}\n{Scripted}", Install);
        await _ground.Make("system", [files["base"], files["alpha"]]);
        var os = _ground.VersionOf("system");
        await _ground.Make("app", [files["beta"]], on: os);
        _ground.InstallReal("theirs", [files["base"], files["alpha"]]);
        _ground.InstallReal("theirs", [files["beta"]]);

        var tree = _ground.TreeOf("app");
        Assert.Equal(File.ReadAllText(_ground.At("theirs/var/order")), _ground.TextOf(tree, "/var/order"));
        Assert.Equal(RpmTree.Of(_ground.At("theirs")), RpmTree.Of(tree, path => _ground.TextOf(tree, path)));
        _ground.Lay(tree, "ours");
        Assert.Equal(_ground.Rpm("theirs", ["-Va"]).Lines, _ground.Rpm("ours", ["-Va"]).Lines);
    }

    /// <summary>A number that a script asks for in so many words is never told to a tool, and neither is a further name of one: both are known by the second run.</summary>
    [Fact]
    public async Task Files_of_users_that_a_script_makes_with_numbers_of_its_own_choice_are_theirs()
    {
        const string server = """
            %package -n server
            Summary: s
            %description -n server
            d
            %pre -n server
            echo 'server:x:26:26::/:/bin/false' >> /etc/passwd
            echo 'server:x:26:' >> /etc/group
            echo 'picked:x:901:26::/:/bin/false' >> /etc/passwd
            echo 'further:x:901:26::/:/bin/false' >> /etc/passwd
            %post -n server
            stat -c %u:%g /var/server/own > /var/seen
            %files -n server
            %dir %attr(0700,server,server) /var/server
            %attr(0600,server,server) /var/server/own
            %attr(0600,further,server) /var/server/further

            """;
        var files = _ground.Build($"{RpmSpec.Base}\n{server}", "mkdir -p var/server; echo o > var/server/own; echo f > var/server/further");
        await _ground.Make("system", files.Values);
        _ground.InstallReal("theirs", files.Values);

        var tree = _ground.TreeOf("system");
        Assert.Equal("26:26\n", _ground.TextOf(tree, "/var/seen"));
        Assert.Equal(RpmTree.Of(_ground.At("theirs")), RpmTree.Of(tree, path => _ground.TextOf(tree, path)));
    }

    /// <summary>As Fedora has it since 42: what the sandbox lays for scripts goes where the link leads, and away again.</summary>
    [Fact]
    public async Task Where_usr_sbin_is_a_link_scripts_run_and_leave_nothing_of_the_sandbox()
    {
        var merged = RpmSpec.Base.Replace("%dir /usr/sbin", "/usr/sbin", StringComparison.Ordinal);
        var files = _ground.Build(
            $"{merged}\n%package -n app\nSummary: s\n%description -n app\nd\n%post -n app\n/usr/sbin/policy-rc.d; echo $? >/var/seen\n%files -n app\n",
            "rmdir usr/sbin && ln -s bin usr/sbin");
        await _ground.Make("system", files.Values);

        var tree = _ground.TreeOf("system");
        Assert.Equal("101\n", _ground.TextOf(tree, "/var/seen"));
        Assert.Equal("bin", tree.Find(TreePath.Parse("/usr/sbin"))!.Target);
        Assert.Null(tree.Find(TreePath.Parse("/usr/bin/policy-rc.d")));
    }

    [Fact]
    public async Task A_package_that_rpms_database_lacks_afterwards_is_told()
    {
        const string forgetful = """
            %package -n forgetful
            Summary: s
            %description -n forgetful
            d
            %posttrans -n forgetful
            rm -f /var/lib/rpm/rpmdb.sqlite*
            %files -n forgetful

            """;
        var files = _ground.Build($"{RpmGround.Base}\n{forgetful}");
        var failure = await Assert.ThrowsAsync<EzException>(() => _ground.Make("system", files.Values));
        Assert.Equal(FailureKind.Environment, failure.Kind);
        Assert.Contains("`base-1-1.x86_64` is not in rpm's database, looked for at `/var/lib/rpm/rpmdb.sqlite`", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>A package has the host's librpm for the tree, where a distribution has its own.</summary>
    [Fact]
    public async Task The_trees_own_librpm_makes_the_same_version_in_another_store()
    {
        const string rpm = """
            %package -n rpm
            Summary: s
            %description -n rpm
            d
            %files -n rpm
            /usr/lib/rpm
            /usr/lib64/*

            """;
        const string install = """
            mkdir -p usr/lib/rpm; cp /usr/lib/rpm/rpmrc usr/lib/rpm; cp /usr/lib/rpm/macros usr/lib64/macros.given; ln -s ../../lib64/macros.given usr/lib/rpm/macros
            for f in $(ldd "$(ldconfig -p | sed -n 's/.* => \(.*librpm\.so\..*\)/\1/p' | head -n 1)" | sed -n 's/.* => \(.*\) (.*/\1/p; s/^[[:space:]]*\(\/[^ ]*\) (.*/\1/p'); do cp "$f" usr/lib64; done
            cp "$(ldconfig -p | sed -n 's/.* => \(.*librpm\.so\..*\)/\1/p' | head -n 1)" usr/lib64
            """;
        var files = _ground.Build($"{RpmGround.Base}\n{Scripted}\n{rpm}", Install + "\n" + install);
        await _ground.Make("system", files.Values);
        using var other = new RpmGround(LibrpmChoice.TreesOnly);
        await other.Make("system", files.Values);

        Assert.Equal(_ground.TreeOf("system").Entries, other.TreeOf("system").Entries);
    }

    /// <summary>The order of flags that <see cref="EzTemplates.Environments"/> relies on is written down nowhere, so each interface has its test.</summary>
    [Fact]
    public async Task A_librpm_of_the_next_interface_in_the_tree_makes_what_rpm_makes()
    {
        Assert.SkipUnless(TestScale.IsFull, "takes minutes: EZ_TEST_SCALE=full");
        var next = await NextLibrpm.FolderAsync(_ground.At("next"));
        const string rpm = """
            %package -n rpm
            Summary: s
            %description -n rpm
            d
            %files -n rpm
            /usr/lib/rpm
            /usr/lib64/*

            """;
        var lay = $"mkdir -p usr/lib/rpm; cp -a {next}/usr/lib/rpm/. usr/lib/rpm; cp -a {next}/usr/lib/x86_64-linux-gnu/. usr/lib64";
        var files = _ground.Build($"{RpmGround.Base}\n{Scripted}\n{rpm}", $"{Install}\n{lay}");
        using var other = new RpmGround(LibrpmChoice.TreesOnly);
        await other.Make("system", files.Values);
        _ground.InstallReal("theirs", files.Values);

        var tree = other.TreeOf("system");
        Assert.NotNull(tree.Find(TreePath.Parse("/usr/lib64/librpm.so.10")));
        Assert.Null(tree.Find(TreePath.Parse("/usr/lib64/librpm.so.9")));
        Assert.Equal(File.ReadAllText(_ground.At("theirs/var/order")), other.TextOf(tree, "/var/order"));
        Assert.Equal(RpmTree.Of(_ground.At("theirs")), RpmTree.Of(tree, path => other.TextOf(tree, path)));

        // This one would make users that packages declare by a program of the tree's, and the host's makes none.
        var declared = _ground.Build($"{RpmGround.Base}\n{RpmDeclaredUsersTests.Declared}\n{rpm}", $"{RpmDeclaredUsersTests.Install}\n{lay}");
        await _ground.Make("declared", declared.Values);
        await other.Make("declared", declared.Values);
        Assert.Equal(_ground.TreeOf("declared").Entries, other.TreeOf("declared").Entries);
    }

    [Theory]
    [InlineData("mkdir usr/lib/rpm")]
    [InlineData("mkdir usr/lib/rpm; touch usr/lib64/librpm.so.9 usr/lib64/ld-linux-x86-64.so.2 usr/lib/rpm/rpmrc; ln -s nowhere usr/lib/rpm/macros")]
    public async Task Without_any_librpm_it_is_said_what_to_do(string rpm)
    {
        using var ground = new RpmGround(LibrpmChoice.TreesOnly);
        var files = ground.Build($"{RpmGround.Base}\n/usr/lib/rpm\n/usr/lib64\n{Scripted}", Install + "\n" + rpm);
        var failure = await Assert.ThrowsAsync<EzException>(() => ground.Make("system", files.Values));
        Assert.Equal(FailureKind.Environment, failure.Kind);
        Assert.Contains("run by librpm", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scripts_and_Lua_reach_nothing_outside_and_know_nothing_of_how_they_are_run()
    {
        var outside = Path.Combine(_ground.At("ez"), "store", "format");
        var files = _ground.Build($$"""
            {{RpmGround.Base}}
            %package -n curious
            Summary: s
            %description -n curious
            d
            %post -n curious -p <lua>
            local out = io.open("/var/seen", "w")
            out:write("host ", tostring(io.open("{{outside}}")), "\n")
            out:write("tools ", tostring(io.open("/run/.ez-rpm/settings/macros", "w")), " ", tostring(os.remove("/run/.ez-rpm/transaction")), "\n")
            out:write("stranger ", tostring(posix.stat("/proc/{{Environment.ProcessId}}/exe")), "\n")
            out:write("settings ", tostring(os.getenv("RPM_CONFIGDIR")), "\n")
            out:close()
            %posttrans -n curious
            echo "[$RPM_CONFIGDIR] $(ls /proc/self/fd | grep -c '^[4-9]$')" >> /var/seen
            %files -n curious
            """);
        await _ground.Make("system", files.Values);

        Assert.True(File.Exists(outside));
        Assert.Equal("host nil\ntools nil nil\nstranger nil\nsettings nil\n[] 0\n", _ground.TextOf(_ground.TreeOf("system"), "/var/seen"));
    }

    /// <summary>Null where the script was so short that it cannot be told from another: nothing is guessed.</summary>
    private string? Author(string path)
    {
        var file = _ground.Work.Store.Layout.VersionProvenanceOf("system", new NuGet.Versioning.NuGetVersion(1, 0, 0));
        var provenance = ProvenanceText.Read(File.ReadAllBytes(file), file);
        var package = Assert.Single(provenance.Scripts, work => work.Path.Latin1 == path).Package;
        return package < 0 ? null : provenance.Packages[package].Name;
    }

    private void AssertDatabaseSatisfiesRpm()
    {
        _ground.Lay(_ground.TreeOf("system"), "ours");
        foreach (var question in (string[][])[["-qa", "--last"], ["-Va"], ["-q", "--whatprovides", "/opt/beta/one"], ["-q", "--whatprovides", "/bin/sh"], ["-qa", "--qf", "%{NEVRA} %{INSTALLCOLOR} [%{FILENAMES} %{FILESTATES} ]\n"]])
        {
            var (theirs, ours) = (_ground.Rpm("theirs", question), _ground.Rpm("ours", question));
            Assert.Equal(("", theirs.ExitCode), (ours.Error, ours.ExitCode));
            Assert.Equal(Undated(theirs), Undated(ours));
        }

        Assert.Equal([RpmGround.Epoch.ToString(System.Globalization.CultureInfo.InvariantCulture)], _ground.Rpm("ours", ["-qa", "--qf", "%{INSTALLTIME}\n%{INSTALLTID}\n"]).Lines.Distinct());
        static IEnumerable<string> Undated(ToolRun run) => run.Lines.Select(line => line.Length > 44 && line[44] == ' ' ? line[..44] : line).Order(StringComparer.Ordinal);
    }
}
