using EzTemplates.Domain;

namespace EzTemplates.Operations.Tests.Rpm;

/// <summary>Systems of rpm packages, configured in the sandbox, beside what <c>rpm -i</c> makes of the same packages.</summary>
public sealed class RpmScriptletTests : IDisposable
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
        Assert.Contains(_ground.Told, told => told is OperationEvent.Warning { Text: var text } && text.Contains("`beta-1-1.x86_64`", StringComparison.Ordinal));
    }
}
