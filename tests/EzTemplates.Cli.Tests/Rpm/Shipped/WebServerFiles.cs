namespace EzTemplates.Cli.Tests.Rpm.Shipped;

/// <summary>What distributions' packages of nginx have in common.</summary>
internal static class WebServerFiles
{
    /// <summary>Of the server itself.</summary>
    public const string Files = """
        /usr/sbin/nginx
        /usr/lib/systemd/system/nginx.service
        %dir /etc/nginx/default.d
        %config(noreplace) /etc/nginx/nginx.conf
        %config(noreplace) /etc/logrotate.d/nginx
        %attr(0770,nginx,root) %dir /var/lib/nginx
        %attr(0770,nginx,root) %dir /var/lib/nginx/tmp
        %attr(0711,root,root) %dir /var/log/nginx
        %ghost %attr(0640,nginx,root) /var/log/nginx/access.log
        %ghost %attr(0640,nginx,root) /var/log/nginx/error.log
        """;

    /// <summary>That modules and sites share.</summary>
    public const string Folders = """
        %dir /etc/nginx
        %dir /etc/nginx/conf.d
        %dir /usr/share/nginx
        %dir /usr/share/nginx/html
        """;

    /// <summary>Shell commands; the program says its version, or serves its page.</summary>
    public static string Lay(string version) => $"""
        mkdir -p etc/nginx/conf.d etc/nginx/default.d etc/logrotate.d usr/share/nginx/html usr/lib/systemd/system usr/lib/sysusers.d var/lib/nginx/tmp var/log/nginx
        cat >usr/sbin/nginx <<'END'
        #!/bin/sh
        test "$1" = -v && echo "nginx version: nginx/{version}" && exit
        exec /usr/bin/busybox httpd -p 127.0.0.1:80 -h /usr/share/nginx/html
        END
        chmod 755 usr/sbin/nginx
        printf '[Service]\nExecStart=/usr/sbin/nginx\n' >usr/lib/systemd/system/nginx.service
        echo 'worker_processes 1; # {version}' >etc/nginx/nginx.conf
        echo '/var/log/nginx/*.log' >etc/logrotate.d/nginx
        echo 'u nginx - "Nginx web server" /var/lib/nginx' >usr/lib/sysusers.d/nginx.conf
        echo 'page of {version}' >usr/share/nginx/html/index.html
        touch var/log/nginx/access.log var/log/nginx/error.log
        """;
}
